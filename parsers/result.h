#pragma once

#include <boost/system/result.hpp>

namespace vigil {

/// A value or the reason there is none. Ask, then use: `if (!header) return header.error();`.
/// Our error types have no exception behind them, so `.value()` does not compile.
template <class T, class E>
using Result = boost::system::result<T, E>;

}  // namespace vigil
