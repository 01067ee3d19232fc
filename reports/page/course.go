package page

// Course is what happened one after the other, from a power cut to what was there in the end.
type Course struct {
	Title  string
	Note   string
	Stages []Stage
	Tables []Table
}

// Stage is a part of a course.
type Stage struct {
	Caption string // such as "recovery read"
	Text    string // how much of it there was
	Items   []string
}
