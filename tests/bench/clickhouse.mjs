// ClickHouse (npm package chdb) with the lines of a corpus: what it stores and how long questions take.
//
//   node clickhouse.mjs MODULES CORPUS DIRECTORY    one JSON object to standard output
//
// A line is a String with ZSTD(3) in a MergeTree; once by itself, once with a text index. The query condition cache is off:
// it would answer what is asked again. Times are of the best of five, since they hold the engine's own start of a query.

import { createRequire } from 'node:module';
import { performance } from 'node:perf_hooks';

const [modules, corpus, directory] = process.argv.slice(2);
const { Session } = createRequire(modules + '/')('chdb');
const session = new Session(directory);
const ask = (sql) => session.query(sql, 'TSV').toString().trim();
const quoted = (text) => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const questions = {
  'word, absent': "hasToken(lower(line), 'nowhereatall')",
  'word, everywhere': "hasToken(lower(line), 'teardown')",
  'part of a word, absent': "line ILIKE '%qzxv%'",
};
const answer = { version: ask('SELECT version()'), tables: {} };
ask('CREATE DATABASE IF NOT EXISTS bench');
for (const [name, index] of [['plain', ''], ['text index', ", INDEX words lower(line) TYPE text(tokenizer = 'splitByNonAlpha')"]]) {
  ask('DROP TABLE IF EXISTS bench.lines SYNC');
  ask(`CREATE TABLE bench.lines (n UInt64, line String CODEC(ZSTD(3))${index}) ENGINE = MergeTree ORDER BY n
       SETTINGS allow_experimental_full_text_index = 1`);
  const before = process.cpuUsage();
  ask(`INSERT INTO bench.lines SELECT rowNumberInAllBlocks(), line FROM file(${quoted(corpus)}, 'LineAsString', 'line String')`);
  ask('OPTIMIZE TABLE bench.lines FINAL');
  const used = process.cpuUsage(before);
  const table = { cpu_seconds: (used.user + used.system) / 1e6, questions: {} };
  table.bytes = Number(ask("SELECT sum(bytes_on_disk) FROM system.parts WHERE table = 'lines' AND active"));
  for (const [what, condition] of Object.entries(questions)) {
    const runs = [];
    let rows = 0;
    for (let run = 0; run < 5; ++run) {
      const start = performance.now();
      rows = Number(ask(`SELECT count() FROM bench.lines WHERE ${condition} SETTINGS use_query_condition_cache = 0`));
      runs.push(performance.now() - start);
    }
    table.questions[what] = { ms: Math.min(...runs), rows };
  }
  answer.tables[name] = table;
}
console.log(JSON.stringify(answer));
