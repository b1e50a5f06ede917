// node bulk-helper.mjs URL FILE DATA_STREAM BYTES CONCURRENCY: loads a file of "ID DOCUMENT" lines with the client's bulk helper.
import { createReadStream } from 'node:fs'
import { createInterface } from 'node:readline'
import { Client } from '@elastic/elasticsearch'

const [url, file, index, flushBytes, concurrency] = process.argv.slice(2)
const client = new Client({ node: url })

// The helper asks for a document's action before it takes the next document, so the id of the last line read is its own.
let id = ''

async function * documents () {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    const space = line.indexOf(' ')
    id = line.slice(0, space)
    yield line.slice(space + 1)
  }
}

const result = await client.helpers.bulk({
  datasource: documents(),
  flushBytes: Number(flushBytes),
  concurrency: Number(concurrency),
  retries: 1_000_000,
  wait: 100,
  onDocument: () => ({ create: { _index: index, _id: id } }),
  onDrop: ({ status, error }) => console.error(status, error?.type)
})
console.log(JSON.stringify(result))
