package gitrepo

// EntryKind says what an entry of a tree is, according to its mode.
type EntryKind byte

// The kinds of tree entries. EntryMalformed is a mode that git refuses to read.
const (
	EntryMalformed EntryKind = iota
	EntryFile
	EntryFolder
	EntryLink      // a symbolic link
	EntrySubmodule // the commit of a submodule, or a mode with other type bits
)

// KindOfEntry reads the mode of a tree entry: the octal digits before the name. Like git, it judges
// by the type bits alone, because old versions of git and other implementations have written other
// permissions than 644 and 755, and leading zeros. It ignores bits above the type bits. A mode is
// malformed if it is empty or contains anything but octal digits.
func KindOfEntry(mode []byte) EntryKind {
	switch string(mode) { // the modes that git writes
	case "100644", "100755":
		return EntryFile
	case "40000":
		return EntryFolder
	}
	if len(mode) == 0 {
		return EntryMalformed
	}
	const typeBits = 0o170000
	bits := uint32(0) // git also lets higher bits overflow
	for _, digit := range mode {
		if digit < '0' || digit > '7' {
			return EntryMalformed
		}
		bits = bits<<3 | uint32(digit-'0')
	}
	switch bits & typeBits {
	case 0o100000:
		return EntryFile
	case 0o040000:
		return EntryFolder
	case 0o120000:
		return EntryLink
	}
	return EntrySubmodule
}
