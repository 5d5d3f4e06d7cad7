#include "tensor_files/pickle.h"

#include <algorithm>
#include <utility>

#include "tensor_files/bytes.h"

namespace syncgap::tensor_files {
namespace {

/// A checkpoint of a thousand layers has some hundred thousand values and a handful of globals.
constexpr std::size_t kMostValues = std::size_t{1} << 22, kMostGlobals = std::size_t{1} << 16,
                      kLongestName = 256;
constexpr unsigned kNewestProtocol = 5;

using Kind = Pickle::Kind;
using Id = Pickle::Id;

/// A byte as messages show it.
std::string hex_text(std::uint8_t byte) {
  constexpr const char* digits = "0123456789abcdef";
  return {'0', 'x', digits[byte >> 4], digits[byte & 15]};
}

}  // namespace

/// The stack and the memo of a pickle while it is read.
class Pickle::Machine {
 public:
  Machine(Pickle& pickle, std::string_view bytes) : pickle_(pickle), in_(bytes, "its pickle") {}

  void run() {
    while (step(in_.number<std::uint8_t>())) {
    }
    pickle_.root_ = pop();
    pickle_.length_ = in_.offset();
  }

 private:
  /// Carries out one opcode; false after the last.
  bool step(std::uint8_t code);
  bool step_constant(std::uint8_t code);
  bool step_container(std::uint8_t code);
  bool step_object(std::uint8_t code);
  bool step_memory(std::uint8_t code);

  Value& value(Id id) { return pickle_.values_[id]; }
  void require(bool condition, const char* what) const {
    require_format(condition, "its pickle ", what, " (before byte ", in_.offset(), ")");
  }

  Id make(Kind kind, std::vector<Id> items = {}) {
    require(pickle_.values_.size() < kMostValues, "holds more values than any state dict");
    pickle_.values_.push_back({kind, 0, {}, std::move(items)});
    return static_cast<Id>(pickle_.values_.size() - 1);
  }
  void push(Id id) { stack_.push_back(id); }
  void push_number(Kind kind, std::int64_t number) {
    push(make(kind));
    pickle_.values_.back().number = number;
  }
  void push_text(Kind kind, std::string_view text) {
    push(make(kind));
    pickle_.values_.back().text = text;
  }
  /// Two's complement, least significant byte first.
  void push_long(std::string_view bytes) {
    if (bytes.size() > sizeof(std::int64_t)) return push_text(Kind::integer, bytes);
    std::int64_t number = !bytes.empty() && (bytes.back() & 0x80) != 0 ? -1 : 0;
    std::copy(bytes.begin(), bytes.end(), reinterpret_cast<char*>(&number));
    push_number(Kind::integer, number);
  }
  void push_global(std::string_view module, std::string_view name) {
    require(module.size() <= kLongestName && name.size() <= kLongestName &&
                pickle_.names_.size() < kMostGlobals,
            "names too many globals, or one too long");
    pickle_.names_.push_back(concat(module, ".", name));
    push_text(Kind::global, pickle_.names_.back());
  }
  void push_call(Id callable, Id arguments) { push(make(Kind::call, {callable, arguments})); }

  Id pop() {
    require(stack_.size() > (marks_.empty() ? 0 : marks_.back()), "takes from an empty stack");
    const Id top = stack_.back();
    stack_.pop_back();
    return top;
  }
  Id top() {
    const Id id = pop();
    push(id);
    return id;
  }
  /// What was pushed since the last mark.
  std::vector<Id> pop_marked() {
    require(!marks_.empty(), "goes back to a mark it never set");
    const auto first = stack_.begin() + static_cast<std::ptrdiff_t>(marks_.back());
    std::vector<Id> items(first, stack_.end());
    stack_.erase(first, stack_.end());
    marks_.pop_back();
    return items;
  }
  std::vector<Id> pop_last(std::size_t count) {
    std::vector<Id> items(count);
    for (auto item = items.rbegin(); item != items.rend(); ++item) *item = pop();
    return items;
  }

  void remember(std::uint32_t slot) {
    require(memo_.size() < kMostValues, "keeps more values than any state dict");
    memo_[slot] = top();
  }
  void recall(std::uint32_t slot) {
    const auto found = memo_.find(slot);
    require(found != memo_.end(), "recalls what it never kept");
    push(found->second);
  }

  /// The container on the top gets more; a result of a call takes pairs and forgets single items,
  /// which no tensor is made of.
  void append(const std::vector<Id>& items) {
    Value& container = value(top());
    require(
        container.kind == Kind::list || container.kind == Kind::set || container.kind == Kind::call,
        "appends to what is no list");
    if (container.kind != Kind::call)
      container.items.insert(container.items.end(), items.begin(), items.end());
  }
  void set_pairs(const std::vector<Id>& items) {
    Value& container = value(top());
    require(container.kind == Kind::dict || container.kind == Kind::call,
            "sets items of what is no dict");
    require(items.size() % 2 == 0, "sets a key without a value");
    container.items.insert(container.items.end(), items.begin(), items.end());
  }

  Pickle& pickle_;
  Bytes in_;
  std::vector<Id> stack_;
  std::vector<std::size_t> marks_;  ///< sizes of the stack
  std::unordered_map<std::uint32_t, Id> memo_;
};

bool Pickle::Machine::step(std::uint8_t code) {
  if (code == '.') return false;  // STOP
  if (step_constant(code) || step_container(code) || step_object(code) || step_memory(code))
    return true;
  throw FormatError(concat("its pickle uses the opcode ", hex_text(code), " (byte ",
                           in_.offset() - 1, "), which torch.save does not write by default"),
                    "save it again by torch.save with the protocol it has by default");
}

bool Pickle::Machine::step_constant(std::uint8_t code) {
  switch (code) {
    case 'N':  // NONE
      push(make(Kind::none));
      return true;
    case 0x88:  // NEWTRUE
    case 0x89:  // NEWFALSE
      push_number(Kind::boolean, code == 0x88 ? 1 : 0);
      return true;
    case 'J':  // BININT
      push_number(Kind::integer, in_.number<std::int32_t>());
      return true;
    case 'K':  // BININT1
      push_number(Kind::integer, in_.number<std::uint8_t>());
      return true;
    case 'M':  // BININT2
      push_number(Kind::integer, in_.number<std::uint16_t>());
      return true;
    case 0x8a:  // LONG1
      push_long(in_.take(in_.number<std::uint8_t>()));
      return true;
    case 0x8b:  // LONG4
      push_long(in_.take(in_.number<std::uint32_t>()));
      return true;
    case 'G':  // BINFLOAT: its value makes no tensor
      in_.take(8);
      push(make(Kind::real));
      return true;
    case 'X':  // BINUNICODE
    case 'T':  // BINSTRING, of Python 2
      push_text(Kind::text, in_.take(in_.number<std::uint32_t>()));
      return true;
    case 0x8c:  // SHORT_BINUNICODE
    case 'U':   // SHORT_BINSTRING, of Python 2
      push_text(Kind::text, in_.take(in_.number<std::uint8_t>()));
      return true;
    case 0x8d:  // BINUNICODE8
      push_text(Kind::text, in_.take(in_.number<std::uint64_t>()));
      return true;
    case 'C':  // SHORT_BINBYTES
      push_text(Kind::bytes, in_.take(in_.number<std::uint8_t>()));
      return true;
    case 'B':  // BINBYTES
      push_text(Kind::bytes, in_.take(in_.number<std::uint32_t>()));
      return true;
    case 0x8e:  // BINBYTES8
    case 0x96:  // BYTEARRAY8
      push_text(Kind::bytes, in_.take(in_.number<std::uint64_t>()));
      return true;
    default:
      return false;
  }
}

bool Pickle::Machine::step_container(std::uint8_t code) {
  switch (code) {
    case ')':  // EMPTY_TUPLE
      push(make(Kind::tuple));
      return true;
    case 0x85:  // TUPLE1
    case 0x86:  // TUPLE2
    case 0x87:  // TUPLE3
      push(make(Kind::tuple, pop_last(code - 0x84U)));
      return true;
    case 't':  // TUPLE
      push(make(Kind::tuple, pop_marked()));
      return true;
    case ']':  // EMPTY_LIST
      push(make(Kind::list));
      return true;
    case 'a':  // APPEND
      append({pop()});
      return true;
    case 'e':   // APPENDS
    case 0x90:  // ADDITEMS
      append(pop_marked());
      return true;
    case 0x8f:  // EMPTY_SET
      push(make(Kind::set));
      return true;
    case 0x91:  // FROZENSET
      push(make(Kind::set, pop_marked()));
      return true;
    case '}':  // EMPTY_DICT
      push(make(Kind::dict));
      return true;
    case 's':  // SETITEM
      set_pairs(pop_last(2));
      return true;
    case 'u':  // SETITEMS
      set_pairs(pop_marked());
      return true;
    default:
      return false;
  }
}

bool Pickle::Machine::step_object(std::uint8_t code) {
  switch (code) {
    case 'c': {  // GLOBAL
      const std::string_view module = in_.line();
      push_global(module, in_.line());
      return true;
    }
    case 0x93: {  // STACK_GLOBAL
      const auto names = pop_last(2);
      require(value(names[0]).kind == Kind::text && value(names[1]).kind == Kind::text,
              "names a global by what is no text");
      push_global(value(names[0]).text, value(names[1]).text);
      return true;
    }
    case 'R':     // REDUCE
    case 0x81: {  // NEWOBJ
      const auto call = pop_last(2);
      push_call(call[0], call[1]);
      return true;
    }
    case 0x92: {  // NEWOBJ_EX: with arguments by name
      const auto call = pop_last(3);
      push_call(call[0], call[1]);
      return true;
    }
    case 'b':  // BUILD: attributes of an object, which no tensor is made of
      pop();
      top();
      return true;
    case 'Q':  // BINPERSID
      push(make(Kind::persistent, {pop()}));
      return true;
    default:
      return false;
  }
}

bool Pickle::Machine::step_memory(std::uint8_t code) {
  switch (code) {
    case 0x80: {  // PROTO
      const unsigned protocol = in_.number<std::uint8_t>();
      require(protocol <= kNewestProtocol, "is of a protocol after 5");
      return true;
    }
    case 0x95:  // FRAME
      in_.take(8);
      return true;
    case '(':  // MARK
      marks_.push_back(stack_.size());
      return true;
    case '0':  // POP
      pop();
      return true;
    case '1':  // POP_MARK
      pop_marked();
      return true;
    case '2':  // DUP
      push(top());
      return true;
    case 'q':  // BINPUT
      remember(in_.number<std::uint8_t>());
      return true;
    case 'r':  // LONG_BINPUT
      remember(in_.number<std::uint32_t>());
      return true;
    case 0x94:  // MEMOIZE
      remember(static_cast<std::uint32_t>(memo_.size()));
      return true;
    case 'h':  // BINGET
      recall(in_.number<std::uint8_t>());
      return true;
    case 'j':  // LONG_BINGET
      recall(in_.number<std::uint32_t>());
      return true;
    default:
      return false;
  }
}

Pickle::Pickle(std::string_view bytes) { Machine(*this, bytes).run(); }

}  // namespace syncgap::tensor_files
