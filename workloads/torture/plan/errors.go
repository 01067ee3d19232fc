package plan

import "errors"

// ErrConfig is the error of a workload, fault, profile, device or scenario that does not exist.
var ErrConfig = errors.New("torture: bad configuration")
