#include "core/inline_tables.h"

#include <algorithm>
#include <cstddef>

namespace syncgap {
namespace {

/// Goes through a text once; knows strings and comments from brackets.
class Rewriter {
 public:
  explicit Rewriter(std::string_view text) : text_(text) { out_.reserve(text.size()); }

  std::string rewritten() && {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'')
        string(c);
      else if (c == '#')
        comment();
      else if (c == '\n' || c == '\r')
        line_break(c);
      else
        bracket_or_other(c);
    }
    return std::move(out_);
  }

 private:
  bool in_inline_table() const { return !open_.empty() && open_.back() == '{'; }

  void copy(std::size_t count) {
    out_ += text_.substr(at_, count);
    at_ = std::min(at_ + count, text_.size());
  }

  /// Up to and with the closing quotes; a string of one line ends with its line where it lacks
  /// them.
  void string(char quote) {
    before_last_ = last_;
    last_ = quote;
    const std::string three(3, quote);
    const bool long_one = text_.substr(at_, 3) == three;
    copy(long_one ? 3 : 1);
    while (at_ < text_.size()) {
      if (quote == '"' && text_[at_] == '\\') {
        copy(2);
      } else if (long_one && text_.substr(at_, 3) == three) {
        copy(3);
        // Up to two quotes may stand right before the closing three.
        while (at_ < text_.size() && text_[at_] == quote) copy(1);
        return;
      } else if (!long_one && text_[at_] == quote) {
        copy(1);
        return;
      } else if (!long_one && text_[at_] == '\n') {
        return;
      } else {
        copy(1);
      }
    }
  }

  void comment() {
    const std::size_t end = std::min(text_.find('\n', at_), text_.size());
    if (in_inline_table())
      at_ = end;
    else
      copy(end - at_);
  }

  void line_break(char c) {
    ++at_;
    if (in_inline_table()) {
      out_ += ' ';
      if (c == '\n') ++owed_;
      return;
    }
    out_ += c;
    if (c != '\n') return;
    out_.append(owed_, '\n');
    owed_ = 0;
  }

  void bracket_or_other(char c) {
    if (c == '}' && in_inline_table() && last_ == ',' && before_last_ != '{' && before_last_ != ',')
      out_[comma_] = ' ';
    if (c == '{' || c == '[') open_ += c;
    if ((c == '}' || c == ']') && !open_.empty()) open_.pop_back();
    if (c == ',') comma_ = out_.size();
    if (c != ' ' && c != '\t') {
      before_last_ = last_;
      last_ = c;
    }
    copy(1);
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::string out_;
  std::string open_;                       ///< the brackets that are open, outermost first
  std::size_t owed_ = 0;                   ///< line breaks left out since the last that was kept
  std::size_t comma_ = 0;                  ///< where the last comma is in the output
  char last_ = '\0', before_last_ = '\0';  ///< signs other than spaces and comments
};

}  // namespace

std::string without_breaks_in_inline_tables(std::string_view text) {
  return Rewriter(text).rewritten();
}

}  // namespace syncgap
