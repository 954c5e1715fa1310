package dfa

// overruns keeps a search linear in the length of the content. A search reads on after the end of a
// match, because a longer match may be preferred: `a(?s:.*y)?` reads to the end of the content. If
// it finds no longer match, the next search may read the same bytes again, and so may each later
// one. So a Searcher notes the states in which it read on in vain. A later search that reaches a
// noted state at the same position ends there, because it would also read on in vain.
//
// Only the first position in each block of the content is noted: two searches that are in one state
// at one position stay in the same states.
type overruns struct {
	watched bool                // whether a search read on in vain for more than leastOverrun bytes
	next    int                 // the position at which the next state is noted
	trail   []moment            // the states of this search since the end of its last match
	vain    map[moment]struct{} // the states in which earlier searches read on in vain
}

// A moment is a state of the automaton, as the offset of its row, before the rune at a position.
type moment struct {
	state uint32
	at    int
}

const (
	leastOverrun = 1 << 10 // bytes
	overrunBlock = 1 << 6  // bytes
	mostMoments  = 1 << 18 // about 8 MiB
)

// reset prepares for another content.
func (o *overruns) reset() {
	o.watched = false
	o.forget()
}

// forget drops all notes. Callers must call it when the states get other rows.
func (o *overruns) forget() {
	o.matched()
	o.vain = nil
}

// matched records that a match ends here, so that this search has not read on in vain until here.
func (o *overruns) matched() {
	o.next = 0
	o.trail = o.trail[:0]
}

// known reports whether an earlier search in the same state at the same position read on in vain.
// If not, known notes the state. At positions before o.next, known returns false and notes nothing.
func (o *overruns) known(state uint32, at int) bool {
	if at < o.next {
		return false
	}
	o.next = at&^(overrunBlock-1) + overrunBlock
	m := moment{state, at}
	if _, ok := o.vain[m]; ok {
		return true
	}
	o.trail = append(o.trail, m)
	return false
}

// keep records that a search read on in vain from `end`, where its last match ends, to `at`. `end`
// is negative if the search found no match.
func (o *overruns) keep(end, at int) {
	o.watched = o.watched || end >= 0 && at-end > leastOverrun
	if len(o.vain)+len(o.trail) > mostMoments {
		o.vain = nil
	}
	if o.vain == nil && len(o.trail) > 0 {
		o.vain = map[moment]struct{}{}
	}
	for _, m := range o.trail {
		o.vain[m] = struct{}{}
	}
	o.matched()
}
