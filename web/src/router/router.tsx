// The URL holds the page, the selected point and the filters, so every view can be shared as a link
// and the browser's back button works. Five routes do not need a library.
import { useCallback, useMemo, useSyncExternalStore, type AnchorHTMLAttributes, type MouseEvent } from 'react'

const changed = 'backsight:navigate'

function subscribe(listener: () => void): () => void {
  window.addEventListener('popstate', listener)
  window.addEventListener(changed, listener)
  return () => {
    window.removeEventListener('popstate', listener)
    window.removeEventListener(changed, listener)
  }
}

export function navigate(to: string, { replace = false } = {}): void {
  if (to === location.pathname + location.search) return
  history[replace ? 'replaceState' : 'pushState'](null, '', to)
  window.dispatchEvent(new Event(changed))
}

export function usePath(): string {
  return useSyncExternalStore(subscribe, () => location.pathname)
}

/**
 * Returns the query string and a function that changes it; the values null and "" remove a name.
 * With `push`, the back button undoes the change. Without `push`, which is for typing, the change
 * replaces the current entry of the browser's history.
 */
export function useSearch(): [URLSearchParams, (changes: Record<string, string | null>, options?: { push?: boolean }) => void] {
  const search = useSyncExternalStore(subscribe, () => location.search)
  const set = useCallback((changes: Record<string, string | null>, { push = false } = {}) => {
    const next = new URLSearchParams(location.search)
    for (const [name, value] of Object.entries(changes)) {
      if (value === null || value === '') next.delete(name)
      else next.set(name, value)
    }
    const text = next.toString()
    navigate(location.pathname + (text ? `?${text}` : ''), { replace: !push })
  }, [])
  return [useMemo(() => new URLSearchParams(search), [search]), set]
}

export type Route =
  | { page: 'insights' }
  | { page: 'new' }
  | { page: 'insight'; id: string }
  | { page: 'repositories' }
  | { page: 'unknown' }

export function matchRoute(path: string): Route {
  const parts = path.split('/').filter(Boolean)
  if (parts.length === 0) return { page: 'insights' }
  if (parts.length === 1 && parts[0] === 'insights') return { page: 'insights' }
  if (parts.length === 1 && parts[0] === 'repositories') return { page: 'repositories' }
  if (parts.length === 2 && parts[0] === 'insights') {
    return parts[1] === 'new' ? { page: 'new' } : { page: 'insight', id: decodeURIComponent(parts[1]!) }
  }
  return { page: 'unknown' }
}

export const insightPath = (id: string) => `/insights/${encodeURIComponent(id)}`

/** A link that changes the page in place, unless the user holds a modifier key. */
export function Link({ href, onClick, ...rest }: AnchorHTMLAttributes<HTMLAnchorElement> & { href: string }) {
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    onClick?.(event)
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return
    event.preventDefault()
    navigate(href)
    window.scrollTo(0, 0)
  }
  return <a href={href} onClick={follow} {...rest} />
}
