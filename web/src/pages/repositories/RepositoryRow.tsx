import type { RepositoriesQuery } from '../../api/generated.ts'
import { formatBytes } from '../../format/numbers.ts'
import { formatAgo, formatTime } from '../../format/times.ts'
import { Button } from '../../ui/Button.tsx'
import { Icon } from '../../ui/Icon.tsx'
import styles from './repositories.module.css'
import { syncState } from './syncState.ts'

export type Repository = RepositoriesQuery['repositories']['nodes'][number]

/** A row of the list. Without `actions`, the row has no cell for them. */
export function RepositoryRow({ repository, actions }: { repository: Repository; actions?: { sync: () => void; remove: () => void } }) {
  const state = syncState(repository)
  return (
    <tr>
      <th scope="row">
        <span className={styles.name}>
          <Icon name={repository.local ? 'folder' : 'cloud'} />
          {repository.name}
          {repository.fork && <span className={styles.tag}>fork</span>}
          {repository.archived && <span className={styles.tag}>archived</span>}
          {repository.isPrivate && (
            <span className={styles.tag} title="Only administrators and people with a grant can see it.">
              private
            </span>
          )}
        </span>
        <span className={styles.location}>{repository.location}</span>
      </th>
      <td>
        <span className={`${styles.state} ${styles[state.kind]}`} title={state.since ? formatTime(state.since) : undefined}>
          {state.text}
          {state.since && <span className={styles.since}> {formatAgo(state.since)}</span>}
        </span>
        {repository.rewrittenAt && (
          <span className={styles.rewritten} title="Past commits were removed, for example by a force-push, or older commits were pushed late. Insights with affected samples show a notice.">
            history rewritten {formatAgo(repository.rewrittenAt)}
          </span>
        )}
        {repository.notices.map((notice) => (
          <span key={notice} className={styles.rewritten}>
            {notice}
          </span>
        ))}
        {repository.error && <span className={styles.error}>{repository.error}</span>}
      </td>
      <td>
        {repository.defaultBranch ? <code>{repository.defaultBranch.replace(/^refs\/(?:remotes\/origin|heads)\//, '')}</code> : <span className={styles.faint}>none</span>}
        {repository.head && (
          <code className={styles.head8} title={repository.head}>
            {repository.head.slice(0, 8)}
          </code>
        )}
      </td>
      <td className={styles.right}>{repository.sizeBytes > 0 ? formatBytes(repository.sizeBytes) : ''}</td>
      {actions && (
        <td className={styles.actions}>
          <Button kind="quiet" icon="sync" aria-label={`Sync ${repository.name} now`} title="Sync now" onClick={actions.sync} />
          <Button kind="quiet" icon="trash" aria-label={`Remove ${repository.name}`} title="Remove" onClick={actions.remove} />
        </td>
      )}
    </tr>
  )
}
