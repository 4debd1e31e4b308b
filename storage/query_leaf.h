#pragma once

#include <string>
#include <string_view>

#include "storage/query_ast.h"
#include "storage/query_lexer.h"

/// What the words of a query mean for the field they are written to.
namespace vigil {

/// `text` in all readings that it has.
Operand make_operand(std::string_view text, int zone_minutes);

/// An unquoted word. Bare words and the text fields (`message`, `event.original`) are searched for words; other
/// fields have to equal it, or lie in it if it is a network, or be covered by it if it has a `*`.
Test word_test(const FieldRef& field, const QueryWord& word, int zone_minutes);

/// A quoted phrase: found at whole words in the field's value. Times and addresses are compared by value instead.
Test quoted_test(const FieldRef& field, std::string_view text, int zone_minutes);

/// What must be read of a record to answer a test of this field.
Need need_of(const FieldRef& field);

}  // namespace vigil
