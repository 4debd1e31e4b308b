// Whatever is sent as an alert: either faults say why it is not taken, or it has a source and a number and is one flat JSON
// document, which reads as a record of kind alert and says itself which alert it is. A second reading of the same says the same.

#include <cstdint>
#include <string>

#include "parsers/alert_document.h"
#include "parsers/charset.h"
#include "parsers/json_members.h"
#include "parsers/notice_time.h"
#include "tests/fuzz/read_record.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace vigil;
  const std::string body(reinterpret_cast<const char*>(data), size);
  const NoticeTime time = read_notice_time_at(body, 480);
  require(time.length <= body.size(), "a time ends in its text");
  std::vector<AlertFault> faults;
  const Alert alert = read_alert(body, 480, faults);
  if (!faults.empty()) {
    for (const AlertFault& fault : faults)
      require(!fault.reason.empty() && !fault.remedy.empty(), "a fault says what to do");
    return 0;
  }
  require(!alert.source.empty() && !alert.ref.empty(), "an alert has a name");
  require(alert.document == read_alert(body, 480, faults).document, "reading is repeatable");
  const std::string hash(64, 'a');
  const std::string record = alert_record(alert, hash, 2);
  require(is_utf8(record), "a record is UTF-8");
  require(record.find('\n') == std::string::npos, "a record is one line");
  bool flat = true;
  require(for_each_json_member(record,
                               [&flat](const JsonMember& member) { flat = flat && !member.is_object(); }) &&
              flat,
          "a record is a flat object");
  const AlertMark mark = read_alert_mark(record);
  require(mark.hash == hash && mark.revision == 2, "a record says which alert it is");
  read_as_record("alert", record);
  return 0;
}
