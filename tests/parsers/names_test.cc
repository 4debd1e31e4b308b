// Names that users, rules and stored records rely on.

#include <gtest/gtest.h>

#include "parsers/kinds.h"
#include "parsers/tags.h"

namespace vigil {
namespace {

TEST(Tags, HaveANameEachThatLeadsBack) {
  for (unsigned i = 0; i < static_cast<unsigned>(Tag::count_); ++i) {
    const auto tag = static_cast<Tag>(i);
    EXPECT_FALSE(tag_name(tag).empty());
    EXPECT_EQ(tag_from_name(tag_name(tag)), tag) << tag_name(tag);
  }
  EXPECT_EQ(tag_from_name("nonsense"), std::nullopt);
  EXPECT_EQ(tag_from_name(""), std::nullopt);
}

// Stored in the archive: a number that moves would change old evidence.
TEST(Tags, KeepTheirNumbers) {
  EXPECT_EQ(tag_name(static_cast<Tag>(0)), "oversize");
  EXPECT_EQ(tag_name(static_cast<Tag>(6)), "suspicious_source");
  EXPECT_EQ(tag_name(Tag::bom_lead), "bom_lead");
  EXPECT_EQ(tag_name(Tag::no_pri), "no_pri");
  EXPECT_EQ(tag_name(Tag::clock_skew), "clock_skew");
  EXPECT_EQ(tag_name(Tag::sd_capped), "sd_capped");
  EXPECT_EQ(tag_name(Tag::bom), "bom");
  EXPECT_EQ(tag_name(Tag::unparsed), "unparsed");
  EXPECT_EQ(tag_name(Tag::empty), "empty");
}

TEST(Tags, AreASet) {
  Tags tags;
  EXPECT_TRUE(tags.none());
  tags.add(Tag::empty);
  tags.add(Tag::oversize);
  EXPECT_TRUE(tags.has(Tag::empty));
  EXPECT_FALSE(tags.has(Tag::no_pri));
  tags.remove(Tag::empty);
  EXPECT_FALSE(tags.has(Tag::empty));
  EXPECT_TRUE(tags.has(Tag::oversize));
}

TEST(Kinds, HaveTheContractsNames) {
  EXPECT_EQ(kind_name(Kind::os), "os");
  EXPECT_EQ(kind_name(Kind::web), "web");
  EXPECT_EQ(kind_name(Kind::application), "application");
  EXPECT_EQ(kind_name(Kind::logon), "logon");
  EXPECT_EQ(kind_name(Kind::device), "device");
  EXPECT_EQ(kind_from_name("logon"), Kind::logon);
  EXPECT_EQ(kind_from_name("Logon"), std::nullopt);
}

}  // namespace
}  // namespace vigil
