// Each format says how a line of its product looks: that line finds its format, and every piece of it is read without harm.

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "parsers/format.h"
#include "parsers/payload_app.h"
#include "tests/parsers/payload_case.h"

extern "C" int fuzz_format_input(const std::uint8_t* data, std::size_t size);

namespace vigil {
namespace {

/// The sample as it comes: with the program that its format knows, or alone.
std::string frame_of(const FormatSpec& spec) {
  if (spec.reads == Reads::line) return std::string(spec.sample);
  if (spec.programs.empty()) return "<134>Nov 20 14:59:00 h " + std::string(spec.sample);
  return "<134>Nov 20 14:59:00 h " + std::string(spec.programs.front()) + ": " + std::string(spec.sample);
}

TEST(PayloadSamples, FindTheirFormat) {
  PayloadBench bench;
  for (const FormatSpec* spec : all_formats()) {
    if (spec->number == Format{127}) continue;  // what a site writes itself
    // A sample may carry its own header.
    const bool found = format_name(bench.parse(frame_of(*spec)).format) == spec->name ||
                       format_name(bench.parse(spec->sample).format) == spec->name ||
                       format_name(bench.parse("<134>Nov 20 14:59:00 h app: " + std::string(spec->sample)).format) == spec->name ||
                       format_name(bench.parse("<134>" + std::string(spec->sample)).format) == spec->name;
    EXPECT_TRUE(found) << spec->name << ": " << bench.describe(bench.parse(frame_of(*spec)));
  }
}

TEST(PayloadSamples, AreReadHoweverTheyAreCut) {
  PayloadBench bench;
  for (const FormatSpec* spec : all_formats()) {
    const std::string frame = frame_of(*spec);
    for (std::size_t size = 0; size <= frame.size(); ++size) {
      const std::string cut = frame.substr(0, size);
      const Event& event = bench.parse(cut);
      std::size_t bytes = 0;
      for (const Field& field : event.fields()) bytes += field.name.size() + field.value.size();
      EXPECT_LT(bytes, 64 * frame.size() + 4096) << cut;
    }
  }
}

TEST(PayloadSamples, ASpecSaysWhichLogSourcesItGives) {
  PayloadBench bench;
  for (const FormatSpec* spec : all_formats()) {
    const Event& event = bench.parse(frame_of(*spec));
    const FormatSpec& its = *find_format(event.format);
    for (const LogSource& source : event.log_sources()) {
      const bool listed = std::any_of(its.log_sources.begin(), its.log_sources.end(), [&](const LogSource& row) {
        const auto same = [](std::string_view wanted, std::string_view given) { return wanted == "*" || wanted == given; };
        return same(row.product, source.product) && same(row.category, source.category) && same(row.service, source.service);
      });
      if (is_of_programs(its) && source.product == "linux" && source.category.empty() && is_linux_service(source.service)) continue;
      EXPECT_TRUE(listed) << its.name << " gives " << source.product << "/" << source.category << "/" << source.service;
    }
  }
}

TEST(PayloadSamples, KeepThePropertiesThatFuzzersAskFor) {
  for (std::size_t number = 0; number < all_formats().size(); ++number) {
    for (const FormatSpec* spec : all_formats()) {
      // Every format reads every other's sample: a stored message may be read as what it once was.
      const std::string input = std::string(1, static_cast<char>(number)) + std::string(spec->sample);
      fuzz_format_input(reinterpret_cast<const std::uint8_t*>(input.data()), input.size());
    }
  }
}

}  // namespace
}  // namespace vigil
