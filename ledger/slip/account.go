package slip

import "time"

// PageDecision is one page's reading with the decision that follows from it.
type PageDecision struct {
	Reading  PageReading `json:"reading"`
	Decision Decision    `json:"decision"`
}

// Totals is the same account over all batches, with the time from paper to
// decision.
type Totals struct {
	Stored        int     `json:"stored"`
	Waiting       int     `json:"waiting"`
	Accepted      int     `json:"accepted"`
	Review        int     `json:"review"`
	Rejected      int     `json:"rejected"`
	Duplicates    int     `json:"duplicates"`
	Entries       int     `json:"entries"`
	MedianSeconds float64 `json:"median_seconds"` // from capture to the machine's decision
	MaxSeconds    float64 `json:"max_seconds"`
}

// Role is what an account may do.
type Role string

// The roles.
const (
	RoleReviewer      Role = "reviewer"
	RoleAdministrator Role = "administrator"
	RoleAuditor       Role = "auditor"
)

// Account is one person's access. Accounts are personal and never shared.
type Account struct {
	Name         string     `json:"name"` // sign-in name, lower case
	DisplayName  string     `json:"display_name"`
	Role         Role       `json:"role"`
	PasswordHash string     `json:"-"` // argon2id, encoded
	CreatedAt    time.Time  `json:"created_at"`
	DisabledAt   *time.Time `json:"disabled_at,omitempty"`
}
