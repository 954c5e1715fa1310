// npm run mock -- [--port 7080] [--empty] [--no-worker] [--speed SAMPLES-PER-SECOND]
import { parseArgs } from 'node:util'
import { populate } from './scenes.mjs'
import { makeServer } from './server.mjs'
import { advance, makeWorld } from './world.mjs'

const { values } = parseArgs({
  options: { port: { type: 'string', default: '7080' }, empty: { type: 'boolean', default: false }, 'no-worker': { type: 'boolean', default: false }, speed: { type: 'string', default: '90' } },
})
const world = makeWorld({ speed: Number(values.speed) })
world.worker = !values['no-worker']
if (!values.empty) populate(world)
const tick = 100
setInterval(() => advance(world, tick / 1000), tick)
const server = await makeServer(world)
server.listen(Number(values.port), '127.0.0.1', () => console.log(`mock at http://127.0.0.1:${values.port}`))
