// Package schemas holds the JSON schemas (draft 2020-12) of what the commands print with --format json and of the files
// that they keep. Each *.schema.json is generated from the Go type that is encoded, with the comments of its fields as descriptions; the
// tests of this package generate them again and fail on a difference, and hold real outputs of the commands against
// them. The module is its own so that users of the lab do not inherit what generates and checks schemas.
//
// After a change of a type: go -C reports/schemas test -run Schemas -update
//
// The published schemas allow unknown properties, since later versions add some. The tests do not: a field that no
// schema has fails them.
package schemas
