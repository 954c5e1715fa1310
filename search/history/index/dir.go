package index

// temporary is in the names of files that are being written.
const temporary = ".tmp-"
