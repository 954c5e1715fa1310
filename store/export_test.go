package store

// Classify is classify, for error classes that no test can cause in a healthy database.
var Classify = classify
