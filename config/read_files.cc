#include "config/sections.h"
#include "parsers/record_start.h"

namespace vigil::config {

void read_files(Fields& top, const std::filesystem::path& base, Config& config) {
  top.sequence("files", [&](const YamlNode& node, const std::string& path) {
    FileConfig files;
    Fields fields(node, path, top.report());
    fields.required("paths");
    std::vector<std::string> patterns;
    if (fields.texts("paths", patterns)) {
      for (const std::string& pattern : patterns)
        files.paths.push_back((base / pattern).lexically_normal().string());
      if (patterns.empty()) {
        fields.wrong("paths", {"there are none", "沒有任何路徑"},
                     {"as [/var/log/nginx/*.log]", "例如 [/var/log/nginx/*.log]"});
      }
    }
    read_owner(fields, config, files.organisation, files.timezone);
    read_zone(fields, files.timezone);
    read_charset(fields, files.charset);
    if (fields.text("multiline", files.multiline) && !files.multiline.empty()) {
      if (const auto start = RecordStart::compile(files.multiline); !start) {
        fields.wrong(
            "multiline", {"no regular expression: " + start.error(), "不是正規表示式：" + start.error()},
            {"what the first line of a message begins with, as '^\\d{4}-\\d\\d-\\d\\d'; the syntax is RE2's",
             "填寫訊息第一行的開頭，例如 '^\\d{4}-\\d\\d-\\d\\d'（RE2 語法）"});
      }
    }
    fields.text("host", files.host);
    fields.finish();
    config.files.push_back(std::move(files));
  });
}

}  // namespace vigil::config
