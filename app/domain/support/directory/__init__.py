"""The directory: services that may help, in Open Referral UK's shape. No person ever stands in it."""
