// Package schemas holds the JSON schemas (draft 2020-12) of what the commands print with --format json, and of the files
// that they keep. Each *.schema.json is generated from the Go type that is encoded, with the comments on its fields as
// descriptions. The tests of this package generate the schemas again and fail if they differ, and validate real outputs of
// the commands against them. The package is a module of its own, so that users of the lab do not inherit its dependencies.
//
// After a change of a type: go -C reports/schemas test -run Schemas -update
//
// The published schemas allow unknown properties, because later versions may add some. The tests do not: they fail on any
// field that is missing from its schema.
package schemas
