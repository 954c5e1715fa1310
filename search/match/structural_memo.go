package match

import "slices"

// memoKey is a step at a level of the content.
type memoKey struct{ step, level int }

// known says that a step which starts anywhere in from..to ends at hit; at none
// if hit is -1. A hole that matches something and starts at hit ends nowhere.
//
// That is what makes the work linear: a hole looks for its end from left to right,
// so all places that it passes have the end that it finds. Runs that come upon
// what is known stop there, and so each place of a level is passed once.
type known struct{ from, to, hit int }

// near is the first place, from at by steps, at which a hole can end because what
// follows it matches. follows is also told whether there is no step from the place.
// least is 1 for a hole that matches something.
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
		r.looks++
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
	// all is as it was: what follows a step has steps of its own.
	r.memo[key] = slices.Insert(all, i+1, found)
	return found.end(start, least)
}

// end is where a hole that starts at a place of the run ends, or -1.
func (k known) end(at, least int) int {
	if k.hit < at+least {
		return -1
	}
	return k.hit
}

// far is the last place to which one or more steps lead, or -1.
func (r *structuralRun) far(s *step, at int, lv level, next func(int) int) int {
	return r.near(s, at, lv, 1, next, func(_ int, last bool) bool { return last })
}

// find is the last known run that starts at or before a place, or -1.
func find(all []known, at int) int {
	i, ok := slices.BinarySearchFunc(all, at, func(k known, at int) int { return k.from - at })
	if ok {
		return i
	}
	return i - 1
}
