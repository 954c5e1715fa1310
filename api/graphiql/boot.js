// Starts GraphiQL with this server's endpoint. Subscriptions arrive as server-sent events over
// POST, which EventSource does not support, so the fetcher reads the stream itself.
'use strict'

async function* events(response) {
  const decoder = new TextDecoder()
  const reader = response.body.getReader()
  let buffer = ''
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      buffer += decoder.decode(value, { stream: true })
      for (let end = buffer.indexOf('\n\n'); end >= 0; end = buffer.indexOf('\n\n')) {
        const frame = buffer.slice(0, end)
        buffer = buffer.slice(end + 2)
        if (frame.startsWith('event: complete')) return
        const data = frame.split('\n').find((line) => line.startsWith('data: '))
        if (data) yield JSON.parse(data.slice('data: '.length))
      }
    }
  } finally {
    reader.cancel()
  }
}

async function fetcher(params, options) {
  const kinds = options?.documentAST?.definitions ?? []
  const streams = kinds.some((d) => d.operation === 'subscription' && (!params.operationName || d.name?.value === params.operationName))
  const response = await fetch('/graphql', {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Accept: streams ? 'text/event-stream' : 'application/json' },
    body: JSON.stringify(params),
  })
  return streams ? events(response) : response.json()
}

const container = document.getElementById('graphiql')
if (window.GraphiQL === undefined) {
  container.textContent = 'This build of the web page does not contain GraphiQL. Run `make build`.'
} else {
  ReactDOM.createRoot(container).render(
    React.createElement(GraphiQL, {
      fetcher,
      defaultQuery: '{\n  insightViews {\n    nodes { id presentation { title } dataSeries { label completeness { percent } } }\n  }\n}\n',
    }),
  )
}
