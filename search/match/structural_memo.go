package match

import "slices"

// A memoKey is a step at a level of the content.
type memoKey struct{ step, level int }

// known says that a step which starts at any position from `from` to `to` ends at `hit`, or cannot
// match if `hit` is -1. For a hole that must match something, `hit` itself is excluded as a start.
//
// The records make the work linear. A hole searches for its end from left to right, so all
// positions that it passes have the same end. A search that reaches a known record stops there, so
// a step passes each position of a level only once.
type known struct{ from, to, hit int }

// near returns the first position where a hole that starts at `at` can end, or -1. It moves to the
// right from `at` with `next`, and stops where `follows` returns true. `next` returns -1 if it
// cannot move on; then near calls `follows` with `last` set. `least` is 1 for a hole that must
// match something, else 0.
func (r *structuralRun) near(s *step, at int, lv level, least int, next func(int) int, follows func(at int, last bool) bool) int {
	key := memoKey{s.id, lv.id}
	all := r.memo[key]
	i := find(all, at)
	if i >= 0 && at <= all[i].to {
		return all[i].end(at, least)
	}
	start := at
	found := known{from: start, hit: -1}
	for {
		r.visits++
		if i+1 < len(all) && at == all[i+1].from {
			all[i+1].from = start
			return all[i+1].end(start, least)
		}
		after := -1
		if at < lv.end {
			after = next(at)
		}
		if follows(at, after < 0) {
			found.hit = at
			break
		}
		if after < 0 {
			break
		}
		at = after
	}
	found.to = at
	// all is still valid: follows only changes the records of other steps.
	r.memo[key] = slices.Insert(all, i+1, found)
	return found.end(start, least)
}

// end returns the end of a hole that starts at a position of the record, or -1.
func (k known) end(at, least int) int {
	if k.hit < at+least {
		return -1
	}
	return k.hit
}

// far returns the last position that `next` reaches in one or more moves, or -1.
func (r *structuralRun) far(s *step, at int, lv level, next func(int) int) int {
	return r.near(s, at, lv, 1, next, func(_ int, last bool) bool { return last })
}

// find returns the index of the last record that starts at or before a position, or -1.
func find(all []known, at int) int {
	i, ok := slices.BinarySearchFunc(all, at, func(k known, at int) int { return k.from - at })
	if ok {
		return i
	}
	return i - 1
}
