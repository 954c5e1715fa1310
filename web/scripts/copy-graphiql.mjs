// Copies GraphiQL and the React it needs to dist/graphiql, for the server's /graphiql page: it has to work without a
// network. GraphiQL 4 is the last version that ships one file for a <script> tag, and React 18 the last with UMD files.
import { copyFile, mkdir } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../', import.meta.url))
const files = [
  'graphiql/graphiql.min.js',
  'graphiql/graphiql.min.css',
  'react18/umd/react.production.min.js',
  'react18-dom/umd/react-dom.production.min.js',
]

await mkdir(root + 'dist/graphiql', { recursive: true })
for (const file of files) {
  await copyFile(`${root}node_modules/${file}`, `${root}dist/graphiql/${file.split('/').at(-1)}`)
}
