// What the mock shows before anything is created: finished and running insights of each kind, so that every sign of the
// chart can be seen.
import { addView } from './world.mjs'

const all = (repositories) => repositories
const curve = (from, to, middle = 0.5, steepness = 8) => (x) => from + (to - from) / (1 + Math.exp(-steepness * (x - middle)))
const month = { unit: 'MONTH', value: 1 }
const week = { unit: 'WEEK', value: 1 }

export function versions(x, repository) {
  const order = ['1.19', '1.20', '1.21', '1.22', '1.23', '1.24', '1.25', '1.26']
  const at = Math.min(order.length - 1, Math.max(0, Math.floor(x * 8.2 - repository.size * 0.9)))
  return { [order[at]]: 1 }
}

export function populate(world) {
  addView(world, {
    title: 'From logrus to slog',
    scope: all,
    timeScope: week,
    points: 78,
    done: true,
    series: [
      { label: 'logrus', color: '#c2570c', query: String.raw`lang:go patterntype:regexp \blogrus\.\w+`, shape: curve(52, 4) },
      { label: 'slog', color: '#2563d9', query: String.raw`lang:go patterntype:regexp \bslog\.\w+`, shape: curve(1, 61, 0.56) },
    ],
  })
  addView(world, {
    title: 'Open security findings marked as accepted',
    scope: (repositories) => repositories.slice(0, 9),
    timeScope: month,
    points: 24,
    done: true,
    troubled: false,
    series: [{ label: 'nosec', color: '#c2367e', query: '#nosec', shape: (x) => 3 + 5 * x + 2 * Math.sin(x * 9) }],
  })
  addView(world, {
    title: 'Go versions in go.mod',
    scope: all,
    timeScope: month,
    points: 36,
    done: true,
    troubled: false,
    series: [{ label: 'Go version', color: '#0b7f63', query: String.raw`file:go\.mod$ patterntype:regexp ^go\s+(\d+\.\d+)`, captureGroups: true, shape: () => 1, labels: versions }],
  })
  const paused = addView(world, {
    title: 'TODO and FIXME',
    scope: all,
    timeScope: month,
    points: 24,
    state: 'PAUSED',
    series: [
      { label: 'TODO', color: '#7048d0', query: 'TODO', shape: (x) => 18 + 14 * x + 3 * Math.sin(x * 12) },
      { label: 'FIXME', color: '#866a00', query: 'FIXME', shape: (x) => 9 - 3 * x + Math.cos(x * 10) },
    ],
  })
  for (const [index, series] of paused.dataSeries.entries()) {
    series.at = index === 0 ? 430 : 275
    series.samples.slice(0, series.at).forEach((sample) => (sample.done = true))
    series.paused = { by: 'mara', reason: 'quarter end, keep the disks free', at: new Date(world.now - 5_400_000).toISOString() }
  }
  const troubled = addView(world, {
    title: 'Calls to the payments client',
    scope: all,
    timeScope: month,
    points: 18,
    done: true,
    series: [{ label: 'payments.Client', color: '#0a7ea4', query: 'payments.Client', shape: (x) => 22 + 11 * Math.sin(x * 5) }],
  })
  // Two times at which every repository failed: a gap, not a zero.
  for (const sample of troubled.dataSeries[0].samples.slice(9 * 30, 11 * 30)) sample.outcome = 'failed'
  troubled.dataSeries[0].rewritten = true
}

export const created = { all, curve, versions }
