package packfile

import "errors"

var errDelta = errors.New("malformed delta in the pack")

// deltaSizes reads the two sizes at the start of a delta, in bytes: of its base and of its result.
// `rest` holds the instructions.
func deltaSizes(delta []byte) (base, result int64, rest []byte, err error) {
	if base, delta, err = deltaSize(delta); err == nil {
		result, delta, err = deltaSize(delta)
	}
	return base, result, delta, err
}

func deltaSize(delta []byte) (int64, []byte, error) {
	var n int64
	for i, shift := 0, 0; i < len(delta) && shift <= 56; i, shift = i+1, shift+7 {
		n |= int64(delta[i]&0x7f) << shift
		if delta[i]&0x80 == 0 {
			return n, delta[i+1:], nil
		}
	}
	return 0, nil, errDelta
}

// applyDelta builds an object in `dst` from its base and the instructions of a delta. The error is
// nil only if the object fills `dst` exactly.
func applyDelta(dst, base, instructions []byte) error {
	out := 0
	for i := 0; i < len(instructions); {
		op := instructions[i]
		i++
		if op&0x80 == 0 { // the next op bytes are literal
			n := int(op)
			if n == 0 || i+n > len(instructions) || out+n > len(dst) {
				return errDelta
			}
			copy(dst[out:out+n], instructions[i:i+n])
			i, out = i+n, out+n
			continue
		}
		var at, n int
		if op&0x7f != 0 {
			var args [7]int
			for bit := range 7 {
				if op&(1<<bit) != 0 {
					if i >= len(instructions) {
						return errDelta
					}
					args[bit] = int(instructions[i])
					i++
				}
			}
			at = args[0] | args[1]<<8 | args[2]<<16 | args[3]<<24
			n = args[4] | args[5]<<8 | args[6]<<16
		}
		if n == 0 {
			n = 0x10000
		}
		if at+n > len(base) || out+n > len(dst) {
			return errDelta
		}
		copy(dst[out:out+n], base[at:at+n])
		out += n
	}
	if out != len(dst) {
		return errDelta
	}
	return nil
}
