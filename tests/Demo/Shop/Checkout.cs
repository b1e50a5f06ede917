namespace Telemetry.Demo.Shop;

/// <summary>Where the unhandled exception surfaces.</summary>
internal sealed class Checkout(Inventory inventory)
{
    public void PlaceOrder(int order)
    {
        try
        {
            inventory.Reserve(order);
        }
        catch (TimeoutException e)
        {
            throw new InvalidOperationException($"Order {order} could not be placed: no stock was reserved", e);
        }
    }
}
