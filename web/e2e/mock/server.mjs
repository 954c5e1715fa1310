// A stand-in for the real server: the built page with the real content security policy, and GraphQL over the invented
// world, subscriptions as server-sent events. For developing the page and its end-to-end test only.
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildSchema, getOperationAST, graphql, parse, subscribe } from 'graphql'
import { resolvers } from './resolvers.mjs'

const here = (relative) => fileURLToPath(new URL(relative, import.meta.url))
const dist = here('../../dist')

const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; " +
  "manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

const types = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml', '.woff2': 'font/woff2' }

export async function makeServer(world) {
  const schema = buildSchema(await readFile(here('../../../api/schema.graphql'), 'utf8'))
  const rootValue = resolvers(world)

  async function answer(request, response) {
    let body = ''
    for await (const chunk of request) body += chunk
    const { query, variables, operationName } = JSON.parse(body)
    const document = parse(query)
    if (getOperationAST(document, operationName)?.operation !== 'subscription') {
      const result = await graphql({ schema, source: query, rootValue, variableValues: variables, operationName })
      response.writeHead(200, { 'content-type': 'application/json' })
      response.end(JSON.stringify(result))
      return
    }
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' })
    response.write(':\n\n')
    const events = await subscribe({ schema, document, rootValue, variableValues: variables, operationName })
    if (events.errors) {
      response.end(`event: next\ndata: ${JSON.stringify(events)}\n\nevent: complete\n\n`)
      return
    }
    response.on('close', () => void events.return())
    for await (const event of events) {
      if (response.destroyed) break
      response.write(`event: next\ndata: ${JSON.stringify(event)}\n\n`)
    }
    response.end()
  }

  async function file(path, response) {
    const name = path.includes('..') || path === '/' || extname(path) === '' ? '/index.html' : path
    try {
      const content = await readFile(dist + name)
      response.writeHead(200, { 'content-type': types[extname(name)] ?? 'application/octet-stream', 'content-security-policy': policy })
      response.end(content)
    } catch {
      response.writeHead(404)
      response.end()
    }
  }

  return createServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://mock')
    const done = pathname === '/graphql' && request.method === 'POST' ? answer(request, response) : file(pathname, response)
    done.catch((error) => {
      console.error(error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
}
