#include "tensor_files/torch_pickle.h"

#include <algorithm>
#include <array>
#include <optional>
#include <span>

#include "core/options.h"
#include "tensor_files/format_error.h"

namespace syncgap::tensor_files {
namespace {

using Kind = Pickle::Kind;
using Value = Pickle::Value;

/// A class of storages or a dtype, and the type here, if there is one.
struct TorchType {
  std::string_view storage, dtype;
  std::uint64_t bytes;
  std::optional<ElementType> type;
};
constexpr std::array kTorchTypes{TorchType{"FloatStorage", "float32", 4, ElementType::float32},
                                 TorchType{"DoubleStorage", "float64", 8, ElementType::float64},
                                 TorchType{"HalfStorage", "float16", 2, ElementType::float16},
                                 TorchType{"BFloat16Storage", "bfloat16", 2, ElementType::bfloat16},
                                 TorchType{"LongStorage", "int64", 8, ElementType::int64},
                                 TorchType{"IntStorage", "int32", 4, ElementType::int32},
                                 TorchType{"ShortStorage", "int16", 2, ElementType::int16},
                                 TorchType{"CharStorage", "int8", 1, ElementType::int8},
                                 TorchType{"ByteStorage", "uint8", 1, ElementType::uint8},
                                 TorchType{"BoolStorage", "bool", 1, ElementType::boolean},
                                 TorchType{"ComplexFloatStorage", "complex64", 8, {}},
                                 TorchType{"ComplexDoubleStorage", "complex128", 16, {}},
                                 TorchType{"QInt8Storage", "qint8", 1, {}},
                                 TorchType{"QUInt8Storage", "quint8", 1, {}},
                                 TorchType{"QInt32Storage", "qint32", 4, {}},
                                 TorchType{"UntypedStorage", "", 1, {}}};

const char* const kSaveAgain =
    "in Python load it and save its tensors by name: torch.save(model.state_dict(), FILE)";

/// The part after `module`, where the global is of that module.
std::optional<std::string_view> in_module(std::string_view global, std::string_view module) {
  if (global.substr(0, module.size()) != module) return {};
  const std::string_view name = global.substr(module.size());
  if (name.find('.') != std::string_view::npos) return {};
  return name;
}

/// Names of tensors are lines of messages; nobody's are longer.
constexpr std::size_t kLongestTensorName = 1024, kLongestKey = 64, kMostNumbers = 64,
                      kMostTensors = std::size_t{1} << 18;

/// A text of the file, fit for a message.
std::string shown(std::string_view name) {
  std::string text(name.substr(0, 80));
  for (char& c : text)
    if (static_cast<unsigned char>(c) < 32 || c == 127) c = '?';
  return name.size() > 80 ? text + "..." : text;
}

const TorchType* storage_type(std::string_view global) {
  for (const char* module : {"torch.", "torch.storage.", "torch.cuda."})
    if (const auto name = in_module(global, module))
      for (const TorchType& each : kTorchTypes)
        if (*name == each.storage) return &each;
  return nullptr;
}

/// Names of what Python has as classes and functions, of any value.
std::string type_text(const Pickle& pickle, const Value& value) {
  switch (value.kind) {
    case Kind::none:
      return "None";
    case Kind::boolean:
      return "bool";
    case Kind::integer:
      return "int";
    case Kind::real:
      return "float";
    case Kind::text:
      return "str";
    case Kind::bytes:
      return "bytes";
    case Kind::tuple:
      return "tuple";
    case Kind::list:
      return "list";
    case Kind::set:
      return "set";
    case Kind::dict:
      return "dict";
    case Kind::global:
      return shown(value.text);
    case Kind::call: {
      const Value& callable = pickle[value.items[0]];
      return callable.kind == Kind::global ? shown(callable.text) : "an object";
    }
    case Kind::persistent:
      return "a storage";
  }
  return "";
}

/// Reads descriptions of tensors; only what is asked for is looked at.
class Reader {
 public:
  explicit Reader(const Pickle& pickle) : pickle_(pickle) {}

  const Value& operator[](Pickle::Id id) const { return pickle_[id]; }

  /// "module.name" of the function or class whose call made a value; empty for any other.
  std::string_view called(const Value& value) const {
    if (value.kind != Kind::call) return {};
    const Value& callable = pickle_[value.items[0]];
    return callable.kind == Kind::global ? callable.text : std::string_view();
  }

  bool is_dict(const Value& value) const {
    return value.kind == Kind::dict || called(value) == "collections.OrderedDict";
  }
  /// Key, value, key, value...; an OrderedDict of Python 2 was given its pairs as an argument.
  std::vector<Pickle::Id> pairs(const Value& dict) const {
    if (dict.kind == Kind::dict) return dict.items;
    std::vector<Pickle::Id> pairs;
    const Value& arguments = pickle_[dict.items[1]];
    if (arguments.kind == Kind::tuple && arguments.items.size() == 1)
      for (const Pickle::Id id : pickle_[arguments.items[0]].items)
        if (pickle_[id].items.size() == 2)
          pairs.insert(pairs.end(), pickle_[id].items.begin(), pickle_[id].items.end());
    pairs.insert(pairs.end(), dict.items.begin() + 2, dict.items.end());
    return pairs;
  }

  /// Whether a value was to become a tensor, in whatever way.
  bool is_tensor(const Value& value) const {
    const std::string_view name = called(value);
    for (const char* module : {"torch._utils.", "torch._tensor.", "torch.tensor."})
      if (const auto function = in_module(name, module))
        return function->substr(0, 9) == "_rebuild_";
    return name == "torch.nn.parameter.Parameter";
  }
  StoredTensor tensor(std::string name, const Value& value) const;
  /// The tuple that describes a storage: "storage", class, key, place, elements; nothing for
  /// another thing that lies outside the pickle.
  std::span<const Pickle::Id> storage(const Value& value) const;

 private:
  std::span<const Pickle::Id> arguments_of(const std::string& name, const Value& call,
                                           std::size_t least) const {
    const Value& arguments = pickle_[call.items[1]];
    require_format(arguments.kind == Kind::tuple && arguments.items.size() >= least, "tensor ",
                   name, " is described in a way unknown here (", type_text(pickle_, call), " of ",
                   arguments.items.size(), " arguments)");
    return arguments.items;
  }
  std::vector<std::int64_t> numbers(const std::string& name, const Value& value) const {
    std::vector<std::int64_t> numbers;
    bool are_numbers = value.kind == Kind::tuple || value.kind == Kind::list;
    // One long list could stand for the shapes of many tensors.
    require_format(value.items.size() <= kMostNumbers, "tensor ", name, " has ", value.items.size(),
                   " dimensions");
    for (const Pickle::Id id : value.items) {
      are_numbers = are_numbers && pickle_[id].kind == Kind::integer && pickle_[id].text.empty();
      numbers.push_back(pickle_[id].number);
    }
    require_format(are_numbers, "tensor ", name, " has a shape or strides that are no numbers");
    return numbers;
  }
  /// Set where a tensor is the conjugate or negative of what is stored.
  void require_plain(const std::string& name, const Value& flags) const {
    if (flags.kind == Kind::none) return;
    require_format(flags.kind == Kind::dict && flags.items.size() <= kMostNumbers, "tensor ", name,
                   " is stored with flags that are no dict");
    for (std::size_t i = 0; i < flags.items.size(); i += 2)
      require_format(pickle_[flags.items[i + 1]].number == 0, "tensor ", name,
                     " is stored with the flag ", shown(pickle_[flags.items[i]].text));
  }

  const Pickle& pickle_;
};

std::span<const Pickle::Id> Reader::storage(const Value& value) const {
  const Value& tuple = pickle_[value.items[0]];
  if (tuple.kind != Kind::tuple || tuple.items.size() < 5 ||
      pickle_[tuple.items[0]].text != "storage")
    return {};
  return tuple.items;
}

StoredTensor Reader::tensor(std::string name, const Value& value) const {
  const Value* call = &value;
  const auto function = [&] { return in_module(called(*call), "torch._utils.").value_or(""); };
  // A parameter is a tensor and whether it is trained. Bounded: a value holds only earlier ones,
  // unless somebody made a circle by hand.
  for (int depth = 0; depth < 4 && function().substr(0, 18) == "_rebuild_parameter"; ++depth)
    call = &pickle_[arguments_of(name, *call, 1)[0]];
  const std::string_view made_by = function();
  const bool typed_by_dtype = made_by == "_rebuild_tensor_v3";
  require_format(typed_by_dtype || made_by == "_rebuild_tensor_v2" || made_by == "_rebuild_tensor",
                 "tensor ", name, " would be made by ", type_text(pickle_, *call),
                 ", which is not a plain tensor and is not run");
  const auto arguments = arguments_of(name, *call, typed_by_dtype ? 7 : 4);
  const Value& stored = pickle_[arguments[0]];
  require_format(stored.kind == Kind::persistent, "tensor ", name, " would be made out of ",
                 type_text(pickle_, stored), ", which is no storage and is not run");
  const auto description = storage(stored);
  require_format(!description.empty(), "tensor ", name, " lies in a storage that is not described");
  const Value& type_name = pickle_[typed_by_dtype ? arguments[6] : description[1]];
  const TorchType* type = nullptr;
  if (type_name.kind == Kind::global && !typed_by_dtype) type = storage_type(type_name.text);
  if (type_name.kind == Kind::global && typed_by_dtype)
    for (const TorchType& each : kTorchTypes)
      if (in_module(type_name.text, "torch.") == each.dtype) type = &each;
  require_format(type != nullptr && type->type.has_value(), "tensor ", name,
                 " has elements of a type unknown here (", type_text(pickle_, type_name), ")");
  if (arguments.size() > (typed_by_dtype ? 7U : 6U))
    require_plain(name, pickle_[arguments[typed_by_dtype ? 7 : 6]]);

  StoredTensor out;
  out.tensor.type = *type->type;
  out.tensor.shape = numbers(name, pickle_[arguments[2]]);
  out.tensor.strides = numbers(name, pickle_[arguments[3]]);
  const Value& offset = pickle_[arguments[1]];
  const auto bytes = element_bytes(out.tensor.type);
  require_format(offset.kind == Kind::integer && offset.number >= 0 &&
                     !__builtin_mul_overflow(static_cast<std::uint64_t>(offset.number), bytes,
                                             &out.tensor.begin),
                 "tensor ", name, " has an impossible offset");
  out.storage = pickle_[description[2]].text;
  const Value& elements = pickle_[description[4]];
  const TorchType* stored_as = storage_type(pickle_[description[1]].text);
  require_format(stored_as != nullptr, "tensor ", name, " lies in ",
                 type_text(pickle_, pickle_[description[1]]),
                 ", which is no class of storages known here");
  require_format(pickle_[description[2]].kind == Kind::text && out.storage.size() <= kLongestKey &&
                     elements.kind == Kind::integer && elements.number >= 0 &&
                     !__builtin_mul_overflow(static_cast<std::uint64_t>(elements.number),
                                             stored_as->bytes, &out.storage_bytes),
                 "tensor ", name, " lies in a storage without a key or a size");
  require_format(description.size() < 6 || pickle_[description[5]].kind == Kind::none, "tensor ",
                 name, " lies in a part of a storage, which torch has not written since 0.4");
  out.tensor.name = std::move(name);
  return out;
}

/// Tensors by name and what else there was, for a message.
struct Entries {
  std::map<std::string_view, const Value*> tensors;
  std::string others;
};

Entries entries_of(const Reader& reader, const Pickle& pickle, const Value& dict) {
  Entries entries;
  const auto pairs = reader.pairs(dict);
  std::size_t others = 0;
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2) {
    const Value &key = reader[pairs[i]], &value = reader[pairs[i + 1]];
    const std::string name = key.kind == Kind::text ? shown(key.text) : type_text(pickle, key);
    if (key.kind == Kind::text && reader.is_tensor(value)) {
      require_format(key.text.size() <= kLongestTensorName && is_plain_text(key.text),
                     "a tensor has a name that is too long or no plain text (", name, ")");
      entries.tensors[key.text] = &value;  // as in Python the last one counts
      require_format(entries.tensors.size() <= kMostTensors, "it holds more than ", kMostTensors,
                     " tensors");
    } else if (++others <= 8) {
      entries.others +=
          concat(entries.others.empty() ? "" : ", ", name, " (",
                 reader.is_tensor(value) ? "a tensor" : type_text(pickle, value), ")");
    }
  }
  if (others > 8) entries.others += concat(" and ", others - 8, " more");
  return entries;
}

/// The dict of that name in a checkpoint, or null.
const Value* find_part(const Reader& reader, const Value& checkpoint, std::string_view name) {
  const Value* found = nullptr;
  const auto pairs = reader.pairs(checkpoint);
  for (std::size_t i = 0; i + 1 < pairs.size(); i += 2)
    if (reader[pairs[i]].kind == Kind::text && reader[pairs[i]].text == name)
      found = &reader[pairs[i + 1]];
  return found != nullptr && reader.is_dict(*found) ? found : nullptr;
}

}  // namespace

StateDict find_state_dict(const Pickle& pickle) {
  const Reader reader(pickle);
  const Value& root = pickle.root();
  if (!reader.is_dict(root))
    throw FormatError(concat("it holds ", type_text(pickle, root), ", not tensors by name"),
                      kSaveAgain);
  StateDict found;
  Entries entries;
  for (const char* name : {"ema", "model", "state_dict"}) {
    const Value* part = find_part(reader, root, name);
    if (part == nullptr) continue;
    entries = entries_of(reader, pickle, *part);
    if (entries.tensors.empty()) continue;
    found.part = name;
    break;
  }
  if (found.part.empty()) entries = entries_of(reader, pickle, root);
  if (entries.tensors.empty())
    throw FormatError(concat("it holds no tensors by name, only ",
                             entries.others.empty() ? "an empty dict" : entries.others),
                      kSaveAgain);
  for (const auto& [name, value] : entries.tensors)
    found.tensors.push_back(reader.tensor(std::string(name), *value));
  return found;
}

std::map<std::string_view, std::uint64_t> find_storages(const Pickle& pickle) {
  const Reader reader(pickle);
  std::map<std::string_view, std::uint64_t> storages;
  for (const Value& value : pickle.values()) {
    if (value.kind != Kind::persistent) continue;
    const auto description = reader.storage(value);
    if (description.empty()) continue;
    const Value &type = pickle[description[1]], &key = pickle[description[2]];
    const TorchType* known = type.kind == Kind::global ? storage_type(type.text) : nullptr;
    require_format(key.kind == Kind::text && key.text.size() <= kLongestKey,
                   "it describes a storage without a key");
    require_format(known != nullptr, "storage ", shown(key.text), " is of ",
                   type_text(pickle, type), ", which is no class of storages known here");
    storages.emplace(key.text, known->bytes);  // seen as two types: saved as the first
  }
  return storages;
}

}  // namespace syncgap::tensor_files
