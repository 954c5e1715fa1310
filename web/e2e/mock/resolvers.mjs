// Resolvers of ../../../api/schema.graphql over the invented world. Validation knows just enough of the language to show
// errors at their place; the real parser is the server's.
import { GraphQLError } from 'graphql'
import { created } from './scenes.mjs'
import { addView, cancelPast, extendSeries, iso, points, random, retrySamples, setState, tally } from './world.mjs'

const fields = ['file', 'lang', 'case', 'patterntype', 'repo', 'content', 'select', 'type', 'count', 'f', 'l', 'language', 'fork', 'archived']

/** The first thing wrong with a query, or null. */
export function queryProblem(query) {
  for (const match of query.matchAll(/(^|\s)-?([a-z]+):\S*/g)) {
    const name = match[2]
    if (fields.includes(name)) continue
    const start = match.index + match[1].length + (query[match.index + match[1].length] === '-' ? 1 : 0)
    const near = fields.find((field) => field[0] === name[0] && Math.abs(field.length - name.length) < 2)
    return { message: `unknown field "${name}"`, suggestion: near ? `did you mean "${near}"?` : 'to search for it as text, quote it', start, end: start + name.length }
  }
  let open = 0
  for (const [index, character] of [...query].entries()) {
    if (character === '(' && query[index - 1] !== '\\') open++
    if (character === ')' && query[index - 1] !== '\\') open--
    if (open < 0) return { message: 'this parenthesis closes nothing', suggestion: 'remove it, or put the pattern in quotes', start: index, end: index + 1 }
  }
  if (open > 0) return { message: 'a parenthesis is not closed', suggestion: 'close it, or put the pattern in quotes', start: query.length, end: query.length }
  return null
}

const captures = (query) => (query.match(/(?<!\\)\((?!\?)/g) ?? []).length - (query.match(/file:\S*\((?!\?)/g) ?? []).length

function refuse(field, message, problem = {}) {
  const { start, end, suggestion } = problem
  throw new GraphQLError(message, { extensions: { code: 'invalid', field, ...(start === undefined ? {} : { start, end }), ...(suggestion ? { suggestion } : {}) } })
}
const missing = (what) => {
  throw new GraphQLError(`${what} does not exist`, { extensions: { code: 'not_found' } })
}

const page = (items, first, after, cursor) => {
  const from = after ? items.findIndex((item) => cursor(item) === after) + 1 : 0
  const nodes = items.slice(from, from + first)
  return { nodes, totalCount: items.length, pageInfo: { endCursor: nodes.length ? cursor(nodes.at(-1)) : null, hasNextPage: from + first < items.length } }
}

function scopeOf(world, criteria) {
  if (!criteria) return world.repositories
  const include = [...criteria.matchAll(/(?:^|\s)repo:("[^"]*"|\S+)/g)].map((match) => new RegExp(match[1].replaceAll('"', '')))
  const exclude = [...criteria.matchAll(/(?:^|\s)-repo:(\S+)/g)].map((match) => new RegExp(match[1]))
  return world.repositories.filter((repository) => include.every((pattern) => pattern.test(repository.name)) && !exclude.some((pattern) => pattern.test(repository.name)))
}

export function resolvers(world) {
  const bySeries = (id) => {
    for (const view of world.views) for (const series of view.dataSeries) if (series.id === id) return { view, series }
    return missing(`series ${id}`)
  }
  const state = (series) => (world.worker ? series.state : null)
  const workflow = (series) =>
    world.worker
      ? {
          state: series.state,
          inFlight: series.state === 'RUNNING' ? 4 : 0,
          kind: series.state === 'RUNNING' ? 'backfill' : null,
          waiting: 0,
          queue: 'IN_TURN',
          problem: null,
          pausedBy: series.paused?.by ?? null,
          pausedReason: series.paused?.reason ?? null,
          pausedAt: series.paused?.at ?? null,
          nextRecordingAt: series.state === 'SLEEPING' ? iso(series.anchor + 30 * 86_400_000) : null,
          completeness: tally(series.samples),
          temporalUrl: `http://127.0.0.1:8233/namespaces/default/workflows/series-${series.id}`,
        }
      : null
  const gqlSeries = (series, limit) => ({
    seriesId: series.id,
    label: series.label,
    points: () => newest(largest(points(series), limit), series.retention),
    valueCount: () => new Set(points(series).map((point) => point.label).filter(Boolean)).size,
    retention: () => ({ points: series.retention ?? Math.max(30, series.points), override: series.retention ?? null, archived: series.retention ? Math.max(0, series.points - series.retention) : 0 }),
    notices: () => notices(series),
    plans: () => [{ generation: 1, kind: 'backfill', times: [...new Set(series.samples.map((sample) => iso(sample.time)))], note: null, createdAt: iso(series.anchor), completedAt: series.at < series.samples.length ? null : iso(series.anchor) }],
    completeness: () => tally(series.samples, series.rate),
    workflow: () => workflow(series),
    samples: ({ first, after, filter, values }) => samples(series, first, after, filter ?? {}, values),
    reasons: () => reasons(series),
  })
  const gqlView = (view, limit) => ({
    id: view.id,
    createdAt: view.createdAt,
    presentation: { title: view.title, seriesPresentation: view.dataSeries.map((series) => ({ seriesId: series.id, label: series.label, color: series.color })) },
    dataSeries: view.dataSeries.map((series) => gqlSeries(series, limit)),
    dataSeriesDefinitions: view.dataSeries.map((series) => ({
      seriesId: series.id,
      query: series.query,
      generatedFromCaptureGroups: Boolean(series.captureGroups),
      generationMethod: series.captureGroups ? 'SEARCH_COMPUTE' : 'SEARCH',
      points: series.points,
      anchor: iso(series.anchor),
      zone: '',
      timeScope: { __typename: 'InsightIntervalTimeScope', ...series.timeScope },
      repositoryDefinition: series.repositories
        ? { __typename: 'InsightRepositoryScope', repositories: series.repositories }
        : { __typename: 'RepositorySearchScope', search: series.criteria ?? '', allRepositories: !series.criteria },
    })),
  })

  return {
    insightViews: ({ first, after, id, find, seriesDisplayOptions }) => {
      let views = world.views
      if (id) views = views.filter((view) => view.id === id)
      if (find) views = views.filter((view) => [view.title, ...view.dataSeries.map((series) => series.label)].some((text) => text.toLowerCase().includes(find.toLowerCase())))
      const found = page(views, first, after, (view) => view.id)
      return { ...found, nodes: found.nodes.map((view) => gqlView(view, seriesDisplayOptions?.limit)) }
    },
    repositories: ({ first, after, find }) => page(world.repositories.filter((repository) => !find || new RegExp(find).test(repository.name)), first, after, (repository) => repository.id),
    validateScopedInsightQuery: ({ query }) => {
      const wrong = /(?:^|\s)-?(?!repo:|fork:|archived:)(\S+)/.exec(query)
      const invalidReason = wrong && !['AND', 'OR', 'NOT'].includes(wrong[1]) ? `"${wrong[1]}" is not a repository filter: use repo:, -repo:, fork: or archived:` : null
      return { query, isValid: !invalidReason, invalidReason }
    },
    previewRepositoriesFromQuery: ({ query }) => ({ numberOfRepositories: scopeOf(world, query).length }),
    validateInsightQuery: ({ query, generationMethod }) => {
      const problem = queryProblem(query) ?? (generationMethod === 'SEARCH_COMPUTE' && captures(query) === 0 ? { message: 'the query has no capture group', suggestion: String.raw`put parentheses around what is to be counted by value, and add patterntype:regexp`, start: 0, end: query.length } : null)
      return { isValid: !problem, canonical: problem ? null : query, captures: Math.max(0, captures(query)), error: problem }
    },
    health: () => ({ workerPolling: world.worker, temporalUi: 'http://127.0.0.1:8233', message: world.worker ? null : 'No worker has polled for 40 s, so no sample is computed.' }),
    settings: () => [],

    createLineChartSearchInsight: ({ input }) => {
      if (input.options.title.toLowerCase() === 'taken') refuse(['input', 'options', 'title'], 'an insight with this title exists')
      input.dataSeries.forEach((series, index) => {
        const problem = queryProblem(series.query)
        if (problem) refuse(['input', 'dataSeries', index, 'query'], problem.message, problem)
      })
      const next = random(input.options.title.length)
      const { repositories, repositoryCriteria } = input.repositoryScope ?? {}
      const view = addView(world, {
        title: input.options.title,
        scope: () => (repositories ? world.repositories.filter((repository) => repositories.includes(repository.name)) : scopeOf(world, repositoryCriteria)),
        timeScope: { ...input.timeScope.stepInterval },
        points: input.timeScope.points,
        age: Math.max(0, world.now - Date.now()),
        series: input.dataSeries.map((series, index) => ({
          label: series.options?.label || series.query,
          color: series.options?.lineColor || '#2563d9',
          query: series.query,
          captureGroups: series.generationMethod !== 'SEARCH',
          criteria: repositoryCriteria,
          repositories,
          labels: series.generationMethod !== 'SEARCH' ? created.versions : undefined,
          shape: index % 2 === 0 ? created.curve(8 + next() * 8, 30 + next() * 20) : created.curve(40 + next() * 10, 3),
        })),
      })
      return { view: gqlView(view) }
    },
    deleteInsightView: ({ id }) => {
      if (!world.views.some((view) => view.id === id)) missing(`insight ${id}`)
      world.views = world.views.filter((view) => view.id !== id)
      return {}
    },
    pauseInsightSeries: ({ seriesId, reason, by }) => {
      const { view, series } = bySeries(seriesId)
      if (series.state === 'RUNNING' || series.state === 'SLEEPING') {
        series.paused = { by: by ?? '', reason: reason ?? '', at: new Date().toISOString() }
        series.before = series.state
        setState(view, series, 'PAUSING')
      }
      return gqlSeries(series)
    },
    resumeInsightSeries: ({ seriesId }) => {
      const { view, series } = bySeries(seriesId)
      series.paused = null
      setState(view, series, series.at < series.samples.length ? 'RUNNING' : 'SLEEPING')
      return gqlSeries(series)
    },
    retryInsightSeriesBackfill: ({ seriesId, all }) => {
      const { view, series } = bySeries(seriesId)
      retrySamples(view, series, all)
      return gqlSeries(series)
    },
    extendInsightSeries: ({ seriesId, points: count }) => {
      const { view, series } = bySeries(seriesId)
      if (count < series.points) refuse(['points'], `extend to ${count} points: the series has ${series.points}, and does not get shorter`)
      extendSeries(view, series, count)
      return gqlSeries(series)
    },
    cancelInsightSeriesBackfill: ({ seriesId }) => {
      const { view, series } = bySeries(seriesId)
      cancelPast(view, series)
      return gqlSeries(series)
    },
    setInsightSeriesRetention: ({ seriesId, points: count }) => {
      const { series } = bySeries(seriesId)
      series.retention = count ?? undefined
      return gqlSeries(series)
    },
    moveInsightSeriesBackfillToFrontOfQueue: ({ seriesId }) => gqlSeries(bySeries(seriesId).series),
    moveInsightSeriesBackfillToBackOfQueue: ({ seriesId }) => gqlSeries(bySeries(seriesId).series),
    triggerInsightSeries: ({ seriesId }) => gqlSeries(bySeries(seriesId).series),
    addRepository: ({ location, name }) => {
      const existing = world.repositories.find((repository) => repository.location === location)
      if (existing) return existing
      const local = location.startsWith('/')
      if (!local && !/^(https?|ssh|git|file):\/\/|^[\w.-]+@[\w.-]+:/.test(location)) refuse(['location'], `"${location}" is neither an absolute path nor a clone URL`)
      const repository = { id: String(world.repositories.length + 100), name: name ?? location.replace(/\.git$/, '').split('/').slice(-2).join('/'), location, local, defaultBranch: null, head: null, sizeBytes: 0, fork: false, archived: false, isPrivate: false, fetchedAt: null, indexedAt: null, error: null, errorAt: null, size: 1, born: 0 }
      world.repositories.push(repository)
      world.repositories.sort((a, b) => a.name.localeCompare(b.name))
      return repository
    },
    removeRepository: ({ name }) => {
      world.repositories = world.repositories.filter((repository) => repository.name !== name)
      return {}
    },
    syncRepository: ({ name }) => {
      for (const repository of world.repositories) {
        if (name && repository.name !== name) continue
        Object.assign(repository, { indexedAt: new Date().toISOString(), fetchedAt: repository.local ? null : new Date().toISOString(), defaultBranch: 'refs/heads/main' })
      }
      return {}
    },
    insightProgress: async function* ({ ids }) {
      const seen = new Map()
      for (;;) {
        for (const id of ids) {
          const view = world.views.find((candidate) => candidate.id === id)
          if (!view || seen.get(id) === view.version) continue
          seen.set(id, view.version)
          yield { insightProgress: { id, version: view.version, series: view.dataSeries.map((series) => ({ seriesId: series.id, completeness: tally(series.samples, series.rate), state: state(series) })) } }
        }
        await new Promise((resolve) => setTimeout(resolve, 250))
      }
    },
  }
}

const reason = {
  partial: { reasonClass: 'missing object', reason: 'object 3f1c9a is missing from the mirror; 2 of 418 files could not be read' },
  failed: { reasonClass: 'git', reason: 'git cat-file exited 128: fatal: packed object is corrupt' },
}

/** The points of so many labels with the largest values. */
function largest(found, limit = Infinity) {
  const peaks = new Map()
  for (const { label, value } of found) peaks.set(label, Math.max(peaks.get(label) ?? 0, value))
  const shown = new Set([...peaks.keys()].toSorted((a, b) => peaks.get(b) - peaks.get(a)).slice(0, limit))
  return found.filter(({ label }) => shown.has(label))
}

function newest(found, count) {
  const times = new Set([...new Set(found.map((point) => point.dateTime))].toSorted().slice(count ? -count : 0))
  return found.filter((point) => times.has(point.dateTime))
}

function notices(series) {
  const at = iso(series.anchor)
  const faulty = reasons(series).map(({ reasonClass }) => ({ reason: reasonClass, since: at, forTime: at }))
  return series.rewritten ? [{ reason: 'history rewritten', since: at, forTime: at }, ...faulty] : faulty
}

function sampleNode(sample, chosen) {
  const outcome = sample.done ? sample.outcome : 'pending'
  const known = outcome !== 'pending' && outcome !== 'failed'
  return {
    repository: sample.repository,
    dateTime: iso(sample.time),
    outcome: outcome.toUpperCase(),
    commit: sample.done ? sample.commit : null,
    value: known ? sample.value : null,
    values: known ? Object.entries(sample.labels ?? {}).map(([label, value]) => ({ label, value })).filter(({ label }) => !chosen || chosen.includes(label)) : [],
    attempts: sample.done ? sample.attempts : 0,
    durationSeconds: sample.done ? sample.durationSeconds : 0,
    reasonClass: reason[outcome]?.reasonClass ?? null,
    reason: reason[outcome]?.reason ?? null,
  }
}

function samples(series, first, after, filter, values) {
  const pattern = filter.repository ? new RegExp(filter.repository) : null
  const found = series.samples
    .filter((sample) => !filter.time || sample.time === Date.parse(filter.time))
    .filter((sample) => !pattern || pattern.test(sample.repository.name))
    .map((sample) => sampleNode(sample, values))
    .filter((sample) => !filter.outcomes?.length || filter.outcomes.includes(sample.outcome))
  return page(found, first, after, (sample) => `${sample.dateTime} ${sample.repository.id}`)
}

function reasons(series) {
  return ['partial', 'failed'].flatMap((outcome) => {
    const found = series.samples.filter((sample) => sample.done && sample.outcome === outcome)
    return found.length ? [{ outcome: outcome.toUpperCase(), reasonClass: reason[outcome].reasonClass, count: found.length, example: `repository ${found[0].repository.name}: ${reason[outcome].reason}` }] : []
  })
}
