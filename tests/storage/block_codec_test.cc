#include "storage/block_codec.h"

#include <gtest/gtest.h>

#include <random>

#include "archive_helper.h"
#include "storage/block_index.h"

namespace vigil {
namespace {

using test::make_source;

/// Lines of every unpleasant kind.
std::vector<std::string> nasty_lines() {
  std::vector<std::string> lines = {"",
                                    "plain",
                                    "with\rCR",
                                    "with\nLF",
                                    std::string("with\0NUL", 8),
                                    "\xff\xfe\x00",
                                    "\xe7\x99\xbb",
                                    "\xb5\x6e\xa4\x4a",
                                    std::string(1, '\0'),
                                    " ",
                                    "\\u0000",
                                    "ends in CR LF\r\n"};
  lines.emplace_back(64 * 1024, 'x');
  lines.emplace_back(64 * 1024 + 1, '\xff');
  lines.emplace_back(3 * 1024 * 1024, 'y');  // more than a part
  std::mt19937 random(3);
  for (int i = 0; i < 50; ++i) {
    std::string noise(random() % 2000, ' ');
    for (char& c : noise) c = static_cast<char>(random());
    lines.push_back(std::move(noise));
  }
  return lines;
}

std::vector<std::shared_ptr<const Chunk>> make_chunks(const std::vector<std::string>& lines,
                                                      std::size_t per_chunk) {
  std::vector<std::shared_ptr<const Chunk>> chunks;
  const std::shared_ptr<const Source> sources[] = {make_source("school-a", "a"), make_source("school-a", "b"),
                                                   make_source("school-a", "c")};
  ChunkBuilder builder;
  std::mt19937 random(5);
  std::uint64_t sequence = 7;
  for (const std::string& line : lines) {
    Record record;
    record.raw = line;
    record.sequence = sequence;
    sequence += 1 + random() % 3;  // other lanes' records lie between
    record.received_ns = static_cast<std::int64_t>(random()) * 1'000'003;
    record.event_ns = (random() % 2 == 0 ? 1 : -1) * static_cast<std::int64_t>(random()) * 999'999'937;
    record.transport_tags = Tags(random());
    record.kinds = Kinds(static_cast<std::uint8_t>(random() % 32));
    record.format = static_cast<Format>(random() % 4);
    builder.add(record, sources[random() % 3]);
    if (builder.rows() == per_chunk)
      chunks.push_back(builder.finish(9, {.first_sequence = 7, .records = 1000}));
  }
  if (!builder.empty()) chunks.push_back(builder.finish(9, {.first_sequence = 7, .records = 1000}));
  return chunks;
}

TEST(Chunk, ReadsBackByteForByte) {
  for (const auto& chunk : make_chunks(nasty_lines(), 7)) {
    const std::string_view frame = chunk->frame();
    const auto length = Chunk::read_head(frame);
    ASSERT_TRUE(length);
    ASSERT_EQ(*length + Chunk::kHeadBytes, frame.size());
    const auto back = Chunk::read(frame.substr(Chunk::kHeadBytes));
    ASSERT_TRUE(back);
    EXPECT_EQ(back->lane(), 9);
    EXPECT_EQ(back->commit().first_sequence, 7U);
    EXPECT_EQ(back->commit().records, 1000U);
    EXPECT_EQ(back->rows(), chunk->rows());
    EXPECT_EQ(back->frame(), chunk->frame());
    EXPECT_EQ(back->bounds(), chunk->bounds());
    EXPECT_EQ(back->frame(), frame);
    ASSERT_EQ(back->sources().size(), chunk->sources().size());
    for (std::size_t i = 0; i < back->sources().size(); ++i) {
      EXPECT_EQ(back->sources()[i]->host, chunk->sources()[i]->host);
      EXPECT_EQ(back->sources()[i]->organisation, chunk->sources()[i]->organisation);
    }
  }
}

TEST(Chunk, KeepsEverythingASourceSays) {
  Source source;
  source.peer = "2001:db8::1";
  source.host = "主機";
  source.listener = "syslog-tcp:[::]:5514";
  source.transport = "syslog-tcp";
  source.organisation = "school-a";
  source.system = "grades";
  source.core = true;
  source.in_scope = false;
  source.drill = true;
  source.system_kinds = Kind::web | Kind::logon;
  source.zone_minutes = -210;
  source.charset = Charset::cp950;
  ChunkBuilder builder;
  Record record;
  record.sequence = 1;
  builder.add(record, std::make_shared<const Source>(source));
  const auto chunk = builder.finish(0, {});
  const auto back = Chunk::read(chunk->frame().substr(Chunk::kHeadBytes));
  ASSERT_TRUE(back);
  const Source& read = *back->sources().front();
  EXPECT_EQ(std::tie(read.peer, read.host, read.listener, read.transport, read.organisation, read.system),
            std::tie(source.peer, source.host, source.listener, source.transport, source.organisation,
                     source.system));
  EXPECT_TRUE(read.core && !read.in_scope && read.drill);
  EXPECT_EQ(read.system_kinds, source.system_kinds);
  EXPECT_EQ(read.zone_minutes, -210);
  EXPECT_EQ(read.charset, Charset::cp950);
}

TEST(Chunk, RefusesEveryDamagedByte) {
  const auto chunk = make_chunks({"first line", "second line", ""}, 10).front();
  const std::string frame(chunk->frame());
  for (std::size_t i = 0; i < frame.size(); ++i) {
    std::string bad = frame;
    bad[i] = static_cast<char>(bad[i] ^ 1);
    const bool head = Chunk::read_head(bad).has_value();
    const bool body = Chunk::read(std::string_view(bad).substr(Chunk::kHeadBytes)) != nullptr;
    EXPECT_FALSE(head && body) << i;
    if (i + Chunk::kHeadBytes < frame.size()) {
      EXPECT_EQ(Chunk::read(std::string_view(frame).substr(Chunk::kHeadBytes, i)), nullptr) << i;
    }
  }
}

TEST(BlockCodec, GivesEveryRecordBackByteForByte) {
  const std::vector<std::string> lines = nasty_lines();
  for (const int level : {1, -1, 3}) {
    BlockEncoder encoder(level, 2 * 1024 * 1024);
    const auto chunks = make_chunks(lines, 10);
    const auto block = encoder.encode(chunks, 12, 20'000);
    ASSERT_TRUE(block) << block.error().what;
    EXPECT_EQ(encoder.verify_failures(), 0U);
    const std::vector<CustodySegment> segments = {
        {.sequence_first = 10, .sequence_last = 12, .leaf = {1, 2, 3}},
        {.sequence_first = 13, .sequence_last = 700, .leaf = {4, 5}}};
    BlockInfo info;
    std::vector<CustodySegment> segments_back;
    ASSERT_TRUE(decode_block_head(encode_block_head(block->info, segments), info, &segments_back));
    EXPECT_EQ(segments_back, segments);
    info.number = block->info.number;
    info.day = block->info.day;
    EXPECT_EQ(info, block->info);
    EXPECT_EQ(info.bounds.rows, lines.size());

    const auto rows = read_rows_part(block->parts[0], info);
    ASSERT_TRUE(rows) << rows.error().what;
    std::vector<TextPart> texts;
    for (std::size_t part = 0; part < (*rows)->layout.parts.size(); ++part) {
      auto text = TextPartReader().read(block->parts[part + 1], (*rows)->layout.parts[part].bytes,
                                        (*rows)->times_of(part), info);
      ASSERT_TRUE(text) << text.error().what;
      texts.push_back(std::move(*text));
    }
    std::size_t index = 0;
    for (const auto& chunk : chunks) {
      for (const Row& row : chunk->rows()) {
        const Row& back = (*rows)->rows[index++];
        EXPECT_EQ(back.sequence, row.sequence);
        EXPECT_EQ(back.received_ns, row.received_ns);
        EXPECT_EQ(back.event_ns, row.event_ns);
        EXPECT_EQ(back.tags, row.tags);
        EXPECT_EQ(back.kinds, row.kinds);
        EXPECT_EQ((*rows)->sources[back.source]->host, chunk->sources()[row.source]->host);
        std::string text;
        for (std::size_t part = 0; part < texts.size(); ++part) {
          const auto& place = (*rows)->layout.parts[part];
          if (row.length > 0 && back.offset >= place.at && back.offset < place.at + place.bytes) {
            text.assign(texts[part].bytes.get() + (back.offset - place.at), back.length);
          }
        }
        ASSERT_EQ(text, chunk->raw(row)) << row.sequence;
      }
    }
  }
}

TEST(BlockCodec, RefusesDamagedParts) {
  BlockEncoder encoder(1, 2 * 1024 * 1024);
  const auto block =
      encoder.encode(make_chunks({"one line", "another line of some length", "third"}, 10), 3, 1);
  ASSERT_TRUE(block);
  for (std::size_t i = 0; i < block->parts[0].size(); ++i) {
    std::string bad = block->parts[0];
    bad[i] = static_cast<char>(bad[i] ^ 16);
    // A frame has a few bits that say nothing; whatever is accepted must be the same rows.
    if (const auto rows = read_rows_part(bad, block->info)) {
      const auto good = read_rows_part(block->parts[0], block->info);
      ASSERT_TRUE(good);
      EXPECT_EQ((*rows)->rows, (*good)->rows) << i;
    }
    EXPECT_FALSE(read_rows_part(std::string_view(bad).substr(0, i), block->info)) << i;
  }
  const std::uint64_t size = block->info.bounds.raw_bytes;
  for (std::size_t i = 0; i < block->parts[1].size(); ++i) {
    std::string bad = block->parts[1];
    bad[i] = static_cast<char>(bad[i] ^ 16);
    const auto text = TextPartReader().read(bad, size, {}, block->info);
    // A frame has a few bits that say nothing; whatever is accepted must be the same text.
    if (text) {
      const auto good = TextPartReader().read(block->parts[1], size, {}, block->info);
      ASSERT_TRUE(good);
      EXPECT_EQ(std::string_view(text->bytes.get(), text->size),
                std::string_view(good->bytes.get(), good->size))
          << i;
    }
    EXPECT_FALSE(TextPartReader().read(std::string_view(bad).substr(0, i), size, {}, block->info)) << i;
  }
  const std::string head = encode_block_head(block->info, {});
  for (std::size_t i = 0; i < head.size(); ++i) {
    std::string bad = head;
    bad[i] = static_cast<char>(bad[i] ^ 16);
    BlockInfo info;
    EXPECT_FALSE(decode_block_head(bad, info)) << i;
  }
}

TEST(BlockCodec, AStoredPartReadsBackToo) {
  const std::string text = "as it is";
  std::string part(1, static_cast<char>(BlockCodec::stored));
  part += text;
  BlockInfo info;
  std::string sum;
  append_fixed(sum, std::uint64_t{0});
  EXPECT_FALSE(TextPartReader().read(part + sum, text.size(), {}, info)) << "wrong checksum";
}

/// Rows read from what was written of others.
bool read_back(const NumberPlanes& in, std::uint32_t count, std::size_t sources, RowOrder order,
               std::vector<Row>& rows) {
  NumberReaders readers{WireReader(in.shapes.view()), WireReader(in.still.view()), WireReader(in.calm.view()),
                        WireReader(in.noise.view())};
  std::vector<std::uint32_t> order_back;
  return read_rows(readers, count, sources, order, rows, order_back) && readers.at_end();
}

TEST(RowColumns, RefuseWhatCannotBe) {
  std::vector<Row> back;
  EXPECT_FALSE(read_back({}, 1, 1, RowOrder::by_sequence, back));
  std::vector<Row> rows(2);
  rows[0].sequence = 1;
  rows[0].source = 3;
  rows[1].sequence = 2;
  NumberPlanes out;
  put_rows(rows, {}, out);
  EXPECT_FALSE(read_back(out, 2, 3, RowOrder::by_sequence, back)) << "a source beyond the table";
  EXPECT_FALSE(read_back(out, 0, 4, RowOrder::by_sequence, back)) << "no rows";
  EXPECT_FALSE(read_back(out, 3, 4, RowOrder::by_sequence, back)) << "more rows";
  EXPECT_FALSE(read_back(out, kRowsMax + 1, 4, RowOrder::by_sequence, back)) << "more rows than there may be";
  EXPECT_TRUE(read_back(out, 2, 4, RowOrder::by_sequence, back));
  EXPECT_EQ(back, rows);
  rows[1].sequence = 1;
  NumberPlanes equal;
  put_rows(rows, {}, equal);
  EXPECT_FALSE(read_back(equal, 2, 4, RowOrder::by_sequence, back)) << "sequences that do not grow";
}

TEST(RowColumns, KeepTimesOfEveryPrecision) {
  for (const std::int64_t unit : {1, 1'000, 1'000'000, 1'000'000'000}) {
    std::vector<Row> rows(100);
    for (std::size_t i = 0; i < rows.size(); ++i) {
      rows[i].sequence = 7 + i;
      rows[i].source = static_cast<std::uint32_t>(i * 7 % 3);
      rows[i].format = static_cast<Format>(i % 2);
      rows[i].event_ns =
          (1'795'158'000 - static_cast<std::int64_t>(i * i)) * 1'000'000'000 + (i == 99 ? unit : 0);
      rows[i].length = static_cast<std::uint32_t>(i * 31 % 90);
    }
    const std::vector<std::uint32_t> order = text_order(rows);
    NumberPlanes out;
    put_rows(rows, order, out);
    std::vector<Row> back;
    ASSERT_TRUE(read_back(out, 100, 3, RowOrder::by_text, back)) << unit;
    EXPECT_EQ(back, rows) << unit;
  }
}

TEST(RowColumns, HoldTheEndsOfEveryRange) {
  std::vector<Row> rows(3);
  rows[0].sequence = 0;
  rows[0].received_ns = INT64_MIN;
  rows[0].event_ns = INT64_MAX;
  rows[0].tags = UINT64_MAX;
  rows[1].sequence = 1;
  rows[1].received_ns = INT64_MAX;
  rows[1].event_ns = INT64_MIN;
  rows[2].sequence = UINT64_MAX;
  rows[2].kinds = 255;
  NumberPlanes out;
  put_rows(rows, {}, out);
  std::vector<Row> back;
  ASSERT_TRUE(read_back(out, 3, 1, RowOrder::by_sequence, back));
  EXPECT_EQ(back, rows);
}

}  // namespace
}  // namespace vigil
