"""The rules of approvals, with no database: a case, a command, the case after it."""
