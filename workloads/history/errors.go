package history

import "errors"

// ErrFormat is returned by Decode for a file that is not a history, has another version, or is damaged.
var ErrFormat = errors.New("history: bad format")
