"""SQL of volunteering: people, activities and needs, hours and stars."""
