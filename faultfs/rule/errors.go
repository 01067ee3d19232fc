package rule

import "errors"

// ErrRule is returned for a text that is not a rule.
var ErrRule = errors.New("faultfs: bad fault rule")
