package torture

import "errors"

// Errors of the lab, by errors.Is. Errors of configuration name the thing and the choices.
var (
	ErrConfig   = errors.New("torture: bad configuration")    // unknown workload, fault, profile or scenario
	ErrBadToken = errors.New("torture: bad replay token")     // damaged, or of an unknown version
	ErrHost     = errors.New("torture: the host is at fault") // findings could not be saved, a directory is unwritable
)
