#pragma once

#include <string>
#include <string_view>

#include "daemon/http_request.h"

namespace vigil {

/// What an Elasticsearch would say to the questions that its clients ask before, between and after sending: that it is one,
/// that it is well, and that the templates, policies and pipelines they bring are there. Nothing of what they bring is kept:
/// fields need no declaration here.
struct ElasticAnswer {
  unsigned status = 200;
  std::string body;
  std::string type = "application/json";
};
/// For every path of its surface but those that bring documents.
ElasticAnswer elastic_answer(const HttpRequest& request);

/// Elasticsearch's own error.
std::string elastic_error(unsigned status, std::string_view type, std::string_view reason);

/// The version to claim: Beats and clients refuse a server older than themselves, so whoever names an Elastic version in his
/// User-Agent hears it again ("Elastic-filebeat/8.17.0 (linux; amd64)"); else 8.17.0.
std::string elastic_version(std::string_view user_agent);

/// The content type to answer with: clients of version 8 and 9 want their own back.
std::string elastic_content_type(std::string_view accept);

/// Which parts of a bulk answer are wanted (`filter_path`). Patterns of dotted names, `*` for one and `**` for any number;
/// a pattern that begins with '-' takes away. Empty: everything.
class BulkFilter {
 public:
  explicit BulkFilter(std::string_view patterns);
  bool took = true, errors = true;
  bool index = true, id = true, status = true, error = true;  ///< of items
  bool all() const { return took && errors && index && id && status && error; }

 private:
  static bool wanted(std::string_view patterns, std::string_view path);
};

}  // namespace vigil
