package store

// Classify is for the error classes that no test can provoke in a healthy database.
var Classify = classify
