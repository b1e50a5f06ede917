namespace Telemetry.Demo.Shop;

/// <summary>Between the order and the database.</summary>
internal sealed class Inventory(Database database)
{
    public void Reserve(int order) => database.Execute($"UPDATE stock SET reserved = reserved + 1 WHERE order_id = {order}");
}
