import { useEffect, useRef, useState } from 'react'
import type { SampleOutcome } from '../../api/generated.ts'
import type { ChartPoint, ChartSeries } from '../../chart/series.ts'
import { SeriesMark } from '../../chart/SeriesMark.tsx'
import { coverageText } from '../../chart/summary.ts'
import { OutcomeSwatch } from '../../completeness/CompletenessBar.tsx'
import { outcomeMeaning, outcomes, type Outcome } from '../../completeness/tally.ts'
import { formatNumber, plural } from '../../format/numbers.ts'
import { formatTime } from '../../format/times.ts'
import { useSearch } from '../../router/router.tsx'
import { Button } from '../../ui/Button.tsx'
import { Select, TextInput } from '../../ui/Field.tsx'
import { Notice } from '../../ui/Notice.tsx'
import { useDebounced } from '../../ui/useDebounced.ts'
import styles from './samples.module.css'
import { sortSamples, type Order } from './sortSamples.ts'
import { useSamples } from './useSamples.ts'

/**
 * The samples of a point: each repository's value, commit and outcome at that time, with the reason
 * if the value is not exact.
 */
export function SamplesPanel({ insightId, series, point, takeFocus, onClose }: { insightId: string; series: ChartSeries; point: ChartPoint; takeFocus: boolean; onClose: () => void }) {
  const [search, setSearch] = useSearch()
  const outcome = outcomes.find((name) => name === search.get('outcome')) ?? null
  const [repository, setRepository] = useState(search.get('repo') ?? '')
  const settled = useDebounced(repository)
  const order = (search.get('order') ?? 'repository') as Order
  useEffect(() => setSearch({ repo: settled }), [settled, setSearch])

  const { nodes, total, complete, busy, error, more, rest } = useSamples(
    insightId,
    series.seriesId,
    series.captured ? (series.value ?? '') : null,
    { time: point.dateTime, outcomes: outcome ? [outcome.toUpperCase() as SampleOutcome] : null, repository: settled || null },
    // When the point's numbers change, the samples are read again.
    `${point.value} ${point.known} ${point.pending}`,
  )
  const samples = nodes ?? []
  const loading = nodes === null && !error
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    if (takeFocus) heading.current?.focus()
  }, [takeFocus])
  const sortByValue = () => setSearch({ order: order === 'value' ? 'value-up' : order === 'value-up' ? null : 'value' })
  // Sorting by value is only correct over all rows, so the remaining pages are read first.
  const wantsRest = order !== 'repository' && nodes !== null && !complete && !busy && !error
  useEffect(() => {
    if (wantsRest) rest()
  }, [wantsRest, rest])

  return (
    <aside className={styles.panel} aria-label="Samples" onKeyDown={(event) => event.key === 'Escape' && onClose()}>
      <div className={styles.head}>
        <div>
          <h2 ref={heading} tabIndex={-1}>
            {formatTime(point.time)}
          </h2>
          <p className={`${styles.lead} numbers`}>
            <SeriesMark series={series} size={10} /> {series.label}:{' '}
            <strong>{point.value === null ? 'unknown' : `${point.state === 'partial' ? 'at least ' : ''}${formatNumber(point.value)}`}</strong>
          </p>
          <p className={styles.coverage}>{coverageText(point)}</p>
        </div>
        <Button kind="quiet" icon="close" aria-label="Close the samples" onClick={onClose} />
      </div>
      <div className={styles.filters}>
        <TextInput type="search" aria-label="Filter by repository" placeholder="Filter repositories (regexp)" value={repository} onChange={(event) => setRepository(event.target.value)} />
        <Select aria-label="Filter by outcome" value={outcome ?? ''} onChange={(event) => setSearch({ outcome: event.target.value })}>
          <option value="">All outcomes</option>
          {outcomes.map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </Select>
      </div>
      {error && <Notice kind="danger">{error}</Notice>}
      <div className={styles.scroll} tabIndex={0} role="region" aria-label="Samples by repository" aria-busy={busy}>
        <table className={`${styles.table} numbers`}>
          <thead>
            <tr>
              <th scope="col">Repository</th>
              <th scope="col" className={styles.right} aria-sort={order === 'value' ? 'descending' : order === 'value-up' ? 'ascending' : 'none'}>
                <button type="button" onClick={sortByValue}>
                  Value <span aria-hidden="true">{order === 'value' ? '↓' : order === 'value-up' ? '↑' : '↕'}</span>
                </button>
              </th>
              <th scope="col">Outcome</th>
              <th scope="col">Commit</th>
            </tr>
          </thead>
          <tbody>
            {sortSamples(samples, order).map((sample) => {
              const name = sample.outcome.toLowerCase() as Outcome
              return (
                <tr key={sample.repository.id}>
                  <th scope="row">
                    {sample.repository.name}
                    {sample.reason && (
                      <span className={styles.reason} title={sample.reason}>
                        {sample.reason}
                      </span>
                    )}
                  </th>
                  <td className={styles.right}>{sample.value === null ? <span className={styles.unknown}>unknown</span> : `${name === 'partial' ? '≥ ' : ''}${formatNumber(sample.value)}`}</td>
                  <td>
                    <span className={styles.outcome} title={outcomeMeaning[name]}>
                      <OutcomeSwatch outcome={name} /> {name}
                    </span>
                  </td>
                  <td>{sample.commit && <Commit hash={sample.commit} />}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
        {!loading && samples.length === 0 && !error && (
          <p className={styles.nothing}>{point.snapshot ? 'Samples of a snapshot are not listed. The samples of the next recording will be listed.' : 'No sample matches this filter.'}</p>
        )}
      </div>
      <div className={`${styles.foot} numbers`}>
        <span aria-live="polite">{loading ? 'Loading…' : complete ? plural(total, 'sample') : `${formatNumber(samples.length)} of ${plural(total, 'sample')}`}</span>
        {!complete && !loading && (
          <Button kind="quiet" busy={busy} onClick={more}>
            Show more
          </Button>
        )}
      </div>
    </aside>
  )
}

function Commit({ hash }: { hash: string }) {
  const [copied, setCopied] = useState(false)
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(hash)
      setCopied(true)
      setTimeout(() => setCopied(false), 1_500)
    } catch {
      // Without clipboard permission, users can still read the full hash in the button's title.
    }
  }
  return (
    <button type="button" className={styles.commit} title={`Copy ${hash}`} onClick={() => void copy()}>
      <code>{hash.slice(0, 8)}</code>
      <span className="visually-hidden"> copy the full commit</span>
      {copied && <span role="status"> copied</span>}
    </button>
  )
}
