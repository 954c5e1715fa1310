import { cleanup, fireEvent, render, screen } from '@testing-library/react'
import { afterEach, expect, test, vi } from 'vitest'
import { Menu } from './Menu.tsx'

afterEach(cleanup)

function opened() {
  const one = vi.fn()
  const two = vi.fn()
  render(<Menu label="Actions" items={[{ text: 'One', onSelect: one }, { text: 'Two', onSelect: two }]} />)
  const button = screen.getByRole('button', { name: 'Actions' })
  fireEvent.click(button)
  return { one, two, button }
}

test('the menu takes the focus, and arrow keys move in it and wrap around', () => {
  opened()
  const items = screen.getAllByRole('menuitem')
  expect(document.activeElement).toBe(items[0])
  for (const [key, at] of [['ArrowDown', 1], ['ArrowDown', 0], ['ArrowUp', 1], ['Home', 0], ['End', 1]] as const) {
    fireEvent.keyDown(document.activeElement!, { key })
    expect(document.activeElement, key).toBe(items[at])
  }
})

test('Escape closes it without a choice and returns the focus to the button', () => {
  const { one, two, button } = opened()
  expect(button.getAttribute('aria-expanded')).toBe('true')
  fireEvent.keyDown(document.activeElement!, { key: 'Escape' })
  expect(screen.queryByRole('menu')).toBeNull()
  expect(document.activeElement).toBe(button)
  expect(one).not.toHaveBeenCalled()
  expect(two).not.toHaveBeenCalled()
})

test('a choice closes it first, so that a dialog returns the focus to the button', () => {
  const { two, button } = opened()
  two.mockImplementation(() => expect(document.activeElement).toBe(button))
  fireEvent.click(screen.getByRole('menuitem', { name: 'Two' }))
  expect(two).toHaveBeenCalledOnce()
  expect(screen.queryByRole('menu')).toBeNull()
})
