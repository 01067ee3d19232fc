package page

// Course is a sequence of stages, such as a power cut and the recovery from it.
type Course struct {
	Title  string
	Note   string
	Stages []Stage
	Tables []Table
}

// Stage is a part of a course.
type Stage struct {
	Caption string // such as "recovery read"
	Text    string // how much, such as "4.5 KiB"
	Items   []string
}
