"""A process that has imported what commands need, and forks one for each: `course.resident` asks it."""
