// Whatever lies in a mailbox brings at least one alert; each has a source, a number of its own, and is a document that reads as
// a record of its own. Limits hold.

#include <cstdint>
#include <set>
#include <string>

#include "parsers/charset.h"
#include "parsers/mail_notice.h"
#include "tests/fuzz/read_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vigil;
  const std::string mail(reinterpret_cast<const char*>(data), size);
  MailNoticeLimits limits;
  limits.rows_max = 16;
  limits.fields_max = 64;
  limits.mail.text_bytes_max = 4096;
  const MailNotice notice = read_mail_notice(mail, {}, "file", 480, limits);
  require(!notice.alerts.empty(), "no mail is lost");
  require(notice.alerts.size() <= 17, "rows are bounded");
  std::set<std::string> refs;
  for (const Alert& alert : notice.alerts) {
    require(!alert.source.empty() && !alert.ref.empty(), "an alert has a name");
    require(refs.insert(alert.ref).second, "of its own");
    const std::string record = alert_record(alert, std::string(64, 'a'), 1);
    require(is_utf8(record), "a record is UTF-8");
    require(read_alert_mark(record).hash.size() == 64, "a record says which alert it is");
    read_as_record("alert", record);
  }
  return 0;
}
