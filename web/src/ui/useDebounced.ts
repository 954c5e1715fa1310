import { useEffect, useState } from 'react'

/**
 * Returns the newest value that has not changed for the given number of milliseconds, so that
 * typing causes one request instead of one per key.
 */
export function useDebounced<T>(value: T, milliseconds = 250): T {
  const [settled, setSettled] = useState(value)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), milliseconds)
    return () => clearTimeout(timer)
  }, [value, milliseconds])
  return settled
}
