#include <set>

#include "config/sections.h"
#include "parsers/alert_document.h"

namespace vigil::config {
namespace {

void read_source(Fields& fields, std::string& source) {
  if (fields.text("source", source) && source.size() > AlertLimits::kSourceBytesMax) {
    fields.wrong("source", {"longer than 128 bytes", "超過 128 位元組"});
  }
}

MailTemplate read_template(const YamlNode& node, const std::string& path, Report& report) {
  MailTemplate out;
  Fields fields(node, path, report);
  fields.required("id");
  fields.identifier("id", out.id);
  read_source(fields, out.source);
  fields.texts("subject", out.subject);
  fields.texts("early_warning", out.early_warning);
  fields.texts("drill", out.drill);
  if (const YamlNode* const labels = fields.find("labels"); labels != nullptr) {
    Fields by_field(*labels, fields.path_of("labels"), report);
    for (const std::string_view field : mail_field_names()) {
      std::vector<std::string> spellings;
      if (by_field.texts(field, spellings)) out.labels.emplace_back(field, std::move(spellings));
    }
    by_field.finish();
  }
  fields.finish();
  return out;
}

}  // namespace

void read_mailboxes(Fields& top, const std::filesystem::path& base, Config& config) {
  std::set<std::filesystem::path> directories;
  top.sequence("mailboxes", [&](const YamlNode& node, const std::string& path) {
    MailboxConfig mailbox;
    Fields fields(node, path, top.report());
    fields.required("directory");
    if (fields.path("directory", base, mailbox.directory) && !directories.insert(mailbox.directory).second) {
      fields.wrong("directory", {"another mailbox has this directory", "另一個信箱已使用此目錄"});
    }
    read_owner(fields, config, mailbox.organisation, mailbox.timezone);
    read_zone(fields, mailbox.timezone);
    read_source(fields, mailbox.source);
    fields.boolean("drill", mailbox.drill);
    fields.sequence("templates", [&](const YamlNode& each, const std::string& each_path) {
      mailbox.templates.push_back(read_template(each, each_path, top.report()));
    });
    fields.finish();
    config.mailboxes.push_back(std::move(mailbox));
  });
}

}  // namespace vigil::config
