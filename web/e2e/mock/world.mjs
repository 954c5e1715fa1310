// A small invented world for developing the page without the real server: repositories, insights and a simulation that
// fills their samples, newest time first. Numbers come from a seeded generator, so two runs show the same picture.

export function random(seed) {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

const hex = (next, length) => Array.from({ length }, () => Math.floor(next() * 16).toString(16)).join('')

const names = [
  'acme/api', 'acme/billing', 'acme/checkout', 'acme/console', 'acme/docs', 'acme/edge-proxy', 'acme/events', 'acme/feature-flags',
  'acme/gateway', 'acme/identity', 'acme/infrastructure', 'acme/ledger', 'acme/mailer', 'acme/mobile', 'acme/notifications', 'acme/orders',
  'acme/payments', 'acme/pipeline', 'acme/pricing', 'acme/recommendations', 'acme/reports', 'acme/scheduler', 'acme/search', 'acme/sessions',
  'acme/shipping', 'acme/storefront', 'acme/telemetry', 'acme/tools', 'acme/warehouse', 'acme/web',
]

const outcomeNames = ['counted', 'reused', 'absent', 'partial', 'failed', 'pending']
const iso = (time) => new Date(time).toISOString().replace('.000', '')

export function makeWorld({ now = Date.now(), speed = 90 } = {}) {
  const next = random(7)
  const world = { now, speed, repositories: [], views: [], worker: true, version: 0 }
  names.forEach((name, index) => {
    world.repositories.push({
      id: String(index + 1),
      name,
      location: index % 4 === 3 ? `/srv/git/${name}` : `https://git.example.com/${name}.git`,
      local: index % 4 === 3,
      defaultBranch: 'refs/heads/main',
      head: hex(next, 40),
      sizeBytes: Math.round(10 ** (5 + next() * 4)),
      fork: index === 6,
      archived: index === 4,
      isPrivate: index === 7,
      fetchedAt: index % 4 === 3 ? null : iso(now - next() * 3_600_000),
      indexedAt: iso(now - next() * 3_600_000),
      error: null,
      errorAt: null,
      size: 0.3 + next() * 2,
      born: next() < 0.2 ? next() : 0,
    })
  })
  Object.assign(world.repositories[12], {
    error: 'repository acme/mailer: fetch: git exited 128: fatal: could not read from remote repository',
    errorAt: iso(now - 900_000),
  })
  return world
}

const step = { HOUR: 3_600_000, DAY: 86_400_000, WEEK: 604_800_000 }

function gridTimes(anchor, { unit, value }, count) {
  return Array.from({ length: count }, (_, k) => {
    if (unit in step) return anchor - k * value * step[unit]
    const date = new Date(anchor)
    const months = date.getUTCMonth() - k * value * (unit === 'YEAR' ? 12 : 1)
    const last = new Date(Date.UTC(date.getUTCFullYear(), months + 1, 0)).getUTCDate()
    return Date.UTC(date.getUTCFullYear(), months, Math.min(date.getUTCDate(), last), date.getUTCHours(), date.getUTCMinutes())
  })
}

let created = 0

/** shape(x, repository) is the value at x from 0 (oldest) to 1 (newest) of a repository of size 1; or labels to values. */
export function addView(world, { title, series, scope, timeScope, points: count, done = false, state = 'RUNNING', troubled = true, age = 0 }) {
  const next = random(title.length * 31 + ++created)
  const anchor = Math.floor((world.now - age) / 60_000) * 60_000
  const times = gridTimes(anchor, timeScope, count)
  const repositories = scope(world.repositories)
  const view = { id: `view${created}`, createdAt: iso(anchor), title, version: 1, dataSeries: [] }
  series.forEach((given, position) => {
    const samples = []
    times.forEach((time, k) => {
      const x = count === 1 ? 1 : 1 - k / (count - 1)
      for (const repository of repositories) {
        const noise = 0.94 + next() * 0.12
        const dice = next()
        const absent = x < repository.born
        const outcome = absent ? 'absent' : troubled && repository.error && k === 4 ? 'partial' : troubled && dice < 0.004 ? 'failed' : dice < 0.35 ? 'reused' : 'counted'
        const value = absent ? 0 : given.shape(x) * repository.size * noise * (outcome === 'partial' ? 0.4 : 1)
        samples.push({ time, repository, outcome, value: Math.round(value), labels: given.labels?.(x, repository), commit: absent ? null : hex(next, 40), attempts: outcome === 'failed' ? 5 : 1, durationSeconds: next() * 0.4, done })
      }
    })
    view.dataSeries.push({ ...given, id: `${view.id}s${position}`, samples, anchor, timeScope, points: count, state: done && state === 'RUNNING' ? 'SLEEPING' : state, paused: null, rate: null, at: done ? samples.length : 0, failSlot: null })
  })
  world.views.unshift(view)
  return view
}

/** More points of the past, like the oldest there are. */
export function extendSeries(view, series, count) {
  const oldest = series.samples.filter((sample) => sample.time === Math.min(...series.samples.map((each) => each.time)))
  for (const time of gridTimes(series.anchor, series.timeScope, count).slice(series.points))
    for (const sample of oldest) series.samples.push({ ...sample, time, outcome: sample.outcome === 'absent' ? 'absent' : 'counted', done: false })
  series.points = count
  setState(view, series, 'RUNNING')
}

/** Ends what is pending as failed. */
export function cancelPast(view, series) {
  for (const sample of series.samples.slice(series.at)) Object.assign(sample, { done: true, outcome: 'failed' })
  series.at = series.samples.length
  setState(view, series, 'SLEEPING')
}

/** Takes samples up again; what went wrong is counted this time. */
export function retrySamples(view, series, all) {
  const again = series.samples.filter((sample) => sample.done && (all || sample.outcome === 'partial' || sample.outcome === 'failed'))
  series.samples = [...series.samples.filter((sample) => !again.includes(sample)), ...again]
  series.at = series.samples.findIndex((sample) => !sample.done || again.includes(sample))
  for (const sample of again) Object.assign(sample, { done: false, outcome: sample.outcome === 'absent' ? 'absent' : 'counted' })
  if (again.length > 0) setState(view, series, 'RUNNING')
}

/** One step of the simulation: what runs gets its share of the samples done per second. */
export function advance(world, seconds) {
  for (const view of world.views) {
    for (const series of view.dataSeries) {
      if (series.state === 'PAUSING') setState(view, series, 'PAUSED')
      if (series.state !== 'RUNNING' || !world.worker) continue
      const count = Math.max(1, Math.round(world.speed * seconds))
      for (let i = 0; i < count && series.at < series.samples.length; i++) series.samples[series.at++].done = true
      series.rate = count / seconds
      view.version++
      if (series.at >= series.samples.length) setState(view, series, 'SLEEPING')
    }
  }
}

export function setState(view, series, state) {
  series.state = state
  if (state !== 'RUNNING') series.rate = null
  view.version++
}

export function tally(samples, rate = null) {
  const sum = { planned: samples.length, rate: null, etaSeconds: null }
  for (const outcome of outcomeNames) sum[outcome] = 0
  for (const sample of samples) sum[sample.done ? sample.outcome : 'pending']++
  sum.percent = sum.planned === 0 ? 100 : Math.floor(((sum.planned - sum.pending) * 100) / sum.planned)
  if (rate && sum.pending > 0) Object.assign(sum, { rate, etaSeconds: sum.pending / rate })
  return sum
}

export function points(series) {
  const byTime = groupByTime(series.samples)
  const found = []
  for (const [time, samples] of [...byTime].toSorted((a, b) => a[0] - b[0])) {
    const outcomes = tally(samples)
    const coverage = { known: outcomes.counted + outcomes.reused + outcomes.absent, planned: outcomes.planned }
    const valued = samples.filter((sample) => sample.done && sample.outcome !== 'failed')
    const point = (label, value) => ({ dateTime: iso(time), value, label, isSnapshot: false, coverage, outcomes, diffQuery: null, pointInTimeQuery: series.query })
    if (!series.labels) {
      found.push(point('', valued.reduce((sum, sample) => sum + sample.value, 0)))
      continue
    }
    const byLabel = new Map()
    for (const sample of valued) for (const [label, value] of Object.entries(sample.labels)) if (value > 0) byLabel.set(label, (byLabel.get(label) ?? 0) + value)
    if (byLabel.size === 0) found.push(point('', 0))
    for (const [label, value] of byLabel) found.push(point(label, value))
  }
  return found
}

export { iso }

function groupByTime(samples) {
  const groups = new Map()
  for (const sample of samples) {
    if (!groups.has(sample.time)) groups.set(sample.time, [])
    groups.get(sample.time).push(sample)
  }
  return groups
}
