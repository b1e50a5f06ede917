// node dialogue.mjs URL: asks a store what our writer and installer ask, with Elasticsearch's official client, and prints what was
// answered as one JSON object, a question a member. What differs from server to server is replaced: dates, addresses, timings.
import { Client, errors } from '@elastic/elasticsearch'

const [url] = process.argv.slice(2)
const client = new Client({ node: url, maxRetries: 0 })
const stream = 'logs-telemetry.dialogue-test'
const bulkPath = 'errors,items.*._index,items.*.status,items.*.failure_store,items.*.error.type,items.*.error.reason'
const answers = {}

// The client refuses whoever does not say that it is Elasticsearch; what it throws then has no status and ends this.
async function ask (question, request, shape = answer => answer) {
  try {
    answers[question] = shape(await request())
  } catch (error) {
    if (!(error instanceof errors.ResponseError)) {
      throw error
    }
    answers[question] = { status: error.statusCode, type: error.body?.error?.type }
  }
}

const plain = text => text.replace(/\d{4}\.\d{2}\.\d{2}/g, 'DATE')

const bulkShape = ({ errors, items }) => ({
  errors,
  items: items.map(item => Object.entries(item).map(([kind, { _index, error, ...rest }]) => ({
    kind,
    ...rest,
    _index: _index && plain(_index),
    type: error?.type,
    reason: error?.reason && { hasPreview: error.reason.includes('. Preview of'), isConflict: /^\[.*\]: version conflict, document already exists/.test(error.reason) }
  })))
})

const bulk = (lines, options) => () => client.transport.request({
  method: 'POST', path: '/_bulk', querystring: { require_data_stream: 'true', filter_path: bulkPath, ...options }, bulkBody: lines
})

const create = (id, document) => [{ create: { _index: stream, _id: id } }, { '@timestamp': '2026-11-22T11:00:00.000Z', ...document }]

await ask('who is there', () => client.info(), ({ version, tagline }) => ({ number: version.number.split('.').length, tagline }))
await ask('is anybody there', () => client.ping())

for (const [kind, name, body] of [
  ['component', 'dialogue', { template: { mappings: { properties: { n: { type: 'long' } } } }, _meta: { version: 1 } }],
  ['index', stream, { index_patterns: [stream], data_stream: {}, priority: 500, composed_of: ['dialogue'], _meta: { version: 1 } }]
]) {
  const path = `/_${kind}_template/${name}`
  await ask(`${kind} template before`, () => client.transport.request({ method: 'GET', path }))
  await ask(`${kind} template put`, () => client.transport.request({ method: 'PUT', path, body }))
  await ask(`${kind} template after`, () => client.transport.request({ method: 'GET', path }), answer => {
    const [found] = answer[`${kind}_templates`]
    return { name: found.name, meta: found[`${kind}_template`]._meta, members: Object.keys(answer) }
  })
}

// The published server says 404; one that is put together from its published parts may say that there are none.
const before = await client.indices.getDataStream({ name: stream }, { ignore: [404] })
answers['data stream before'] = before.status === 404 || before.data_streams.length === 0 ? 'none' : before
await ask('create', bulk([...create('a', { n: 1 }), ...create('b', { n: 2 })]), bulkShape)
await ask('create again, anew and wrongly', bulk([...create('a', { n: 1 }), ...create('c', { n: 3 }), ...create('d', { n: 'four' })]), bulkShape)
await ask('no request', () => client.transport.request({
  method: 'POST', path: '/_bulk', body: '{"create":\n', querystring: { filter_path: bulkPath }
}, { headers: { 'content-type': 'application/x-ndjson' } }), bulkShape)

let index = ''
await ask('data stream', () => client.transport.request({ method: 'GET', path: `/_data_stream/${stream}`, querystring: { filter_path: 'data_streams.indices.index_name' } }), answer => {
  index = answer.data_streams[0].indices[0].index_name
  return JSON.parse(plain(JSON.stringify(answer)))
})

const lookUp = name => () => client.transport.request({
  method: 'POST', path: `/${name}/_mget`, querystring: { _source: 'false', filter_path: 'docs.found,docs.error.type' }, body: { ids: ['a', 'z', 'd'] }
})
await ask('look up', lookUp(index))
await ask('look up where nothing is', lookUp(index.replace(/1$/, '9')))

await ask('delete', () => client.transport.request({
  method: 'POST', path: `/${index}/_bulk`, querystring: { filter_path: 'items.*.status' }, bulkBody: [{ delete: { _id: 'c' } }, { delete: { _id: 'z' } }]
}))
await ask('everything filtered out', () => client.transport.request({ method: 'GET', path: '/', querystring: { filter_path: 'nothing.here' } }))

// What the helper finds refused for now (429) it sends again; a store that never refuses shows the same in the end.
const helped = await client.helpers.bulk({
  datasource: [1, 2, 3, 4].map(n => ({ '@timestamp': '2026-11-22T11:00:00.000Z', n })),
  onDocument: ({ n }) => ({ create: { _index: stream, _id: `helper-${n}` } }),
  retries: 5,
  wait: 10
})
answers['bulk helper'] = { total: helped.total, successful: helped.successful, failed: helped.failed, aborted: helped.aborted }
answers['bulk helper, of helper-2'] = (await lookUpOne('helper-2')).docs

async function lookUpOne (id) {
  return client.transport.request({ method: 'POST', path: `/${index}/_mget`, querystring: { _source: 'false', filter_path: 'docs.found' }, body: { ids: [id] } })
}

console.log(JSON.stringify({ answers, retried: helped.retry }))
