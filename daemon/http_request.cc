#include "daemon/http_request.h"

#include <boost/url/parse.hpp>
#include <boost/url/parse_query.hpp>
#include <boost/url/pct_string_view.hpp>
#include <boost/url/url_view.hpp>

#include "parsers/http_head.h"

namespace vigil {

namespace {

std::string decode(boost::urls::pct_string_view text) {
  boost::urls::encoding_opts options;
  options.space_as_plus = true;
  return text.decode(options);
}

}  // namespace

std::string_view HttpRequest::header(std::string_view name) const {
  for (const auto& [have, value] : headers) {
    if (same_name(have, name)) return value;
  }
  return {};
}

bool read_target(std::string_view target, HttpRequest& request) {
  const auto url = boost::urls::parse_origin_form({target.data(), target.size()});
  if (!url) return false;
  request.path = decode(url->encoded_path());
  for (const auto& parameter : url->encoded_params()) {
    request.query.emplace(decode(parameter.key), decode(parameter.value));
  }
  return request.path.find('\0') == std::string::npos;
}

bool add_form(std::string_view form, std::multimap<std::string, std::string>& parameters) {
  const auto parsed = boost::urls::parse_query(form);
  if (!parsed) return false;
  std::multimap<std::string, std::string> all;
  for (const auto& parameter : *parsed) all.emplace(decode(parameter.key), decode(parameter.value));
  all.merge(parameters);
  parameters = std::move(all);
  return true;
}

}  // namespace vigil
