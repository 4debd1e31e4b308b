// Sends three messages with one unmodified client, then ends:  node send.js CLIENT PORT MARKER
// Each message holds the marker and its number. Exit 0 only if the client believes that all were taken.
'use strict';

const [client, portText, marker] = process.argv.slice(2);
const port = Number(portText);
const base = `http://127.0.0.1:${port}`;
const messages = [1, 2, 3].map((number) => `${marker} number ${number} 登入失敗`);

const deadline = setTimeout(() => {
  console.error('the client did not end within 40 s');
  process.exit(3);
}, 40000);

// A Node-style call as a promise.
const called = (call) => new Promise((resolve, reject) => call((error, value) => (error ? reject(error) : resolve(value))));
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

async function winstonWith(transport) {
  const winston = require('winston');
  const failed = new Promise((_, reject) => transport.on('error', reject));
  failed.catch(() => {});
  const logger = winston.createLogger({ transports: [transport] });
  for (const message of messages) logger.error(message, { marker });
  return { logger, failed };
}

const clients = {
  async elasticsearch() {
    const { Client } = require('@elastic/elasticsearch');
    const client = new Client({ node: base });
    const operations = messages.flatMap((message, i) => [
      { create: { _index: 'logs-app', _id: `${marker}-${i}` } },
      { message, host: { name: 'es-host' }, '@timestamp': new Date().toISOString() },
    ]);
    const answer = await client.bulk({ operations });
    if (answer.errors || answer.items.length !== messages.length) throw new Error(JSON.stringify(answer));
    const again = await client.bulk({ operations });
    if (!again.errors || again.items[0].create.status !== 409) throw new Error(`once more: ${JSON.stringify(again)}`);
    const info = await client.info();
    if (!info.version.number) throw new Error('no version');
  },

  async 'winston-elasticsearch'() {
    const { ElasticsearchTransport } = require('winston-elasticsearch');
    const transport = new ElasticsearchTransport({ clientOpts: { node: base }, flushInterval: 100, source: 'e2e' });
    const { logger, failed } = await winstonWith(transport);
    await Promise.race([transport.flush(), failed]);
    await pause(500);
    logger.end();
  },

  async 'winston-loki'() {
    const LokiTransport = require('winston-loki');
    const transport = new LokiTransport({ host: base, labels: { app: 'winston', host: 'loki-host' }, batching: false });
    await winstonWith(transport);
    await transport.flush();
    await pause(500);
  },

  async 'winston-loki-json'() {
    const LokiTransport = require('winston-loki');
    const transport = new LokiTransport({ host: base, labels: { app: 'winston' }, json: true, batching: true, interval: 1 });
    await winstonWith(transport);
    await transport.flush();
    await pause(1500);
  },

  async 'splunk-logging'() {
    const { Logger } = require('splunk-logging');
    const logger = new Logger({ token: '11111111-2222-3333-4444-555555555555', url: base });
    for (const message of messages) {
      const answer = await called((done) =>
        logger.send({ message: { text: message }, metadata: { host: 'hec-host', source: 'e2e', sourcetype: 'json' } },
          (error, response, body) => done(error, body)));
      if (answer.code !== 0) throw new Error(JSON.stringify(answer));
    }
  },

  async 'otlp-http'() {
    await openTelemetry(require('@opentelemetry/exporter-logs-otlp-http').OTLPLogExporter);
  },

  async 'otlp-proto'() {
    await openTelemetry(require('@opentelemetry/exporter-logs-otlp-proto').OTLPLogExporter);
  },

  async 'gelf-udp'() {
    await gelf('udp');
  },

  async 'gelf-tcp'() {
    await gelf('tcp');
  },

  async lumberjack() {
    const Lumberjack = require('lumberjack-client');
    const client = new Lumberjack({ host: '127.0.0.1', port });
    for (const message of messages) client.log({ message, host: { name: 'beats-host' } });
    await pause(3000);
    process.exit(0);
  },

  async 'winston-syslog'() {
    const { Syslog } = require('winston-syslog');
    const transport = new Syslog({ host: '127.0.0.1', port, protocol: 'udp4', app_name: 'wapp', localhost: 'wsys-host' });
    const { logger } = await winstonWith(transport);
    await pause(1000);
    logger.close();
    process.exit(0);
  },

  async 'syslog-client'() {
    const syslog = require('syslog-client');
    const client = syslog.createClient('127.0.0.1', { port, transport: syslog.Transport.Tcp, syslogHostname: 'sc-host' });
    for (const message of messages) await called((done) => client.log(message, { facility: syslog.Facility.Local0 }, done));
    client.close();
  },
};

async function openTelemetry(Exporter) {
  const { LoggerProvider, SimpleLogRecordProcessor } = require('@opentelemetry/sdk-logs');
  const { resourceFromAttributes } = require('@opentelemetry/resources');
  const { SeverityNumber } = require('@opentelemetry/api-logs');
  const exporter = new Exporter({ url: `${base}/v1/logs`, compression: 'gzip' });
  const results = [];
  const send = exporter.export.bind(exporter);
  exporter.export = (records, done) => send(records, (result) => { results.push(result); done(result); });
  const provider = new LoggerProvider({
    resource: resourceFromAttributes({ 'service.name': 'otel-app', 'host.name': 'otel-host' }),
    processors: [new SimpleLogRecordProcessor(exporter)],
  });
  const logger = provider.getLogger('e2e');
  for (const message of messages) {
    logger.emit({ severityNumber: SeverityNumber.ERROR, severityText: 'ERROR', body: message, attributes: { 'user.name': 'alice' } });
  }
  await provider.forceFlush();
  await provider.shutdown();
  if (results.length !== messages.length || results.some((result) => result.code !== 0)) {
    throw new Error(`export: ${JSON.stringify(results.map((result) => String(result.error || result.code)))}`);
  }
}

async function gelf(adapter) {
  const log = require('gelf-pro');
  log.setConfig({ adapterName: adapter, adapterOptions: { host: '127.0.0.1', port }, fields: { facility: 'e2e' } });
  for (const message of messages) await called((done) => log.error(message, { marker }, done));
}

if (!clients[client]) {
  console.error(`no client '${client}'; there are: ${Object.keys(clients).join(' ')}`);
  process.exit(2);
}
clients[client]().then(
  () => { clearTimeout(deadline); process.exit(0); },
  (error) => { console.error(error); process.exit(1); });
