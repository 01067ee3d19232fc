package trace

// Ino identifies a file or directory, whatever its names. The root directory is Root; 0 means no file.
type Ino uint64

// Root is the inode number of the root directory.
const Root Ino = 1

// Edit is one change to one directory: from now on Name refers to Ino, or to nothing if Ino is 0.
type Edit struct {
	Parent Ino    `json:"in"`
	Name   string `json:"n"`
	Ino    Ino    `json:"i"`
	Dir    bool   `json:"d,omitempty"` // Ino is a directory
	Target string `json:"l,omitempty"` // Ino is a symbolic link to this path
}
