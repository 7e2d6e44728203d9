"""The exchange: takes releases, hand-ins and feedback from one person to another, without a folder that they share."""
