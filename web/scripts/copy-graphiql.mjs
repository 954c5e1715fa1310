// Copies GraphiQL and the React version that it needs to dist/graphiql, so the server's /graphiql
// page works without access to the Internet. GraphiQL 4 is the last version with a single file for
// a <script> tag, and React 18 is the last version with UMD files.
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
